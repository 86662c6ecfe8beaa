using Steering.Decoding;

namespace Steering.Tests.Sdk.Decoding;

/// <summary>Where a completion ends, and how a request moves the end.</summary>
[TestClass]
public sealed class EndTokenTests
{
    private const int MaxTokens = 40;

    // A random model says its end token now and then; the first seed that does so early serves all tests.
    private static readonly Lazy<(DecodeRequest Request, int[] Ids)> Early = new(() =>
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var request = TinyModel.Request(maxTokens: MaxTokens) with { Sampling = new SamplingOptions { Temperature = 4, Seed = seed } };
            var ids = TinyModel.Decode(request);
            if (ids.Length is > 3 and < 30)
            {
                return (request, ids);
            }
        }

        throw new AssertFailedException("No seed below 500 ends early.");
    });

    [TestMethod]
    public void EndToken_EndsTheCompletion_AndIsItsLastToken()
    {
        using var generation = TinyModel.Engine.Model.Start(Early.Value.Request);
        while (generation.MoveNext())
        {
        }

        Assert.AreEqual(FinishReason.Stop, generation.FinishReason);
        Assert.AreEqual(TinyModel.EndToken, generation.TokenId);
        Assert.AreEqual(Early.Value.Ids.Length, generation.TokenCount);
        Assert.IsFalse(generation.MoveNext());
    }

    [TestMethod]
    public void IgnoreEndTokens_GoesOnToMaxTokens_WithTheSameBeginning()
    {
        var (request, ids) = Early.Value;
        var longer = TinyModel.Decode(request with { IgnoreEndTokens = true });
        Assert.HasCount(MaxTokens, longer);
        Assert.AreSequenceEqual(ids, longer[..ids.Length]);
    }

    [TestMethod]
    public void IgnoreEndTokens_ContinuesAsIfTheTokensWereAPrompt()
    {
        var request = TinyModel.Request(maxTokens: 1) with { PromptIds = [.. TinyModel.Prompt, TinyModel.EndToken] };
        using var asPrompt = TinyModel.Engine.Model.Start(request);
        asPrompt.Prefill();
        var (early, ids) = Early.Value;
        using var continued = TinyModel.Engine.Model.Start(early with { IgnoreEndTokens = true });
        for (var index = 0; index <= ids.Length; index++)
        {
            continued.MoveNext();
        }

        using var whole = TinyModel.Engine.Model.Start(early with { PromptIds = [.. TinyModel.Prompt, .. ids], MaxTokens = 1 });
        whole.Prefill();
        var difference = whole.ReadLogits().Zip(continued.ReadLogits(), (left, right) => Math.Abs(left - right)).Max();
        Assert.IsLessThan(1e-4f, difference);
        CollectionAssert.AreNotEqual(asPrompt.ReadLogits(), continued.ReadLogits());
    }

    [TestMethod]
    public void MinTokens_PutsTheEndOff()
    {
        var (request, ids) = Early.Value;
        var longer = TinyModel.Decode(request with { MinTokens = ids.Length + 5 });
        Assert.IsGreaterThanOrEqualTo(ids.Length + 5, longer.Length);
        Assert.DoesNotContain(TinyModel.EndToken, longer[..(ids.Length + 4)]);
    }
}
