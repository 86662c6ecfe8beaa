using Steering.Decoding;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class RewindTests
{
    /// <summary>Greedy, nothing switched: what was taken back comes again, from any place, through the end token too.</summary>
    [TestMethod]
    public void Rewind_UnderTheSamePolicy_GivesTheSameTokens()
    {
        foreach (var policy in new[] { null, TinyModel.Push(30), TinyModel.Push(20, InterventionSpan.Completion) })
        {
            var request = TinyModel.Request(policy);
            var expected = TinyModel.Decode(request);
            for (var back = 1; back <= expected.Length; back += 3)
            {
                using var generation = TinyModel.Engine.Model.Start(request, collectActivations: policy is not null);
                while (generation.MoveNext())
                {
                }

                var before = policy is null ? 0 : generation.Activations(0)[0];
                generation.Rewind(back);
                Assert.AreEqual(expected.Length - back, generation.TokenCount);
                Assert.AreEqual(FinishReason.None, generation.FinishReason);
                var again = new List<int>();
                while (generation.MoveNext())
                {
                    again.Add(generation.TokenId);
                }

                Assert.AreSequenceEqual(expected[^back..], again, $"back {back}");
                Assert.AreEqual(before, policy is null ? 0 : generation.Activations(0)[0], 1e-4f);
            }
        }
    }

    [TestMethod]
    public void Rewind_BeyondTheTokens_IsRefused()
    {
        using var generation = TinyModel.Engine.Model.Start(TinyModel.Request());
        generation.MoveNext();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => generation.Rewind(2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => generation.Rewind(0));
    }

    /// <summary>A one-token prompt has no position before its last.</summary>
    [TestMethod]
    public void Rewind_OfTheFirstToken_WorksOnAOneTokenPrompt()
    {
        var request = TinyModel.Request() with { PromptIds = [84] };
        using var generation = TinyModel.Engine.Model.Start(request);
        generation.MoveNext();
        generation.Rewind(1);
        generation.MoveNext();
        Assert.AreEqual(TinyModel.Decode(request)[0], generation.TokenId);
    }
}
