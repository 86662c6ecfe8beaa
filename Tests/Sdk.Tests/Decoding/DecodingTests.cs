using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk.Decoding;

/// <summary>What steering promises while tokens are generated, on a model of two blocks.</summary>
[TestClass]
public sealed class DecodingTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Logits_WithEmptyPolicyAndNeutralDials_AreBitIdenticalToTheUnsocketedModel()
    {
        using var plain = ForwardPass.Load(TinyModel.Plain);
        using var socketed = ForwardPass.Load(TinyModel.Folder);
        var expected = plain.Run(TinyModel.Prompt).Logits;
        var unity = TinyModel.Engine.Compile(SteeringPolicy.Create("unity").ProjectionGain(Direction.At(TinyModel.Site, TinyModel.Direction(3)), 1));
        Assert.AreSequenceEqual(expected, socketed.Run(TinyModel.Prompt).Logits);
        Assert.AreSequenceEqual(expected, socketed.Run(TinyModel.Prompt, unity).Logits);
    }

    [TestMethod]
    public void Tokens_OfTheSocketedModelWithoutPolicy_AreThoseOfTheUnsocketedModel()
    {
        using var plain = SteerableModel.Load(TinyModel.Plain);
        using var generation = plain.Start(new DecodeRequest { PromptIds = TinyModel.Prompt, MaxTokens = 48 });
        var expected = new List<int>();
        while (generation.MoveNext())
        {
            expected.Add(generation.TokenId);
        }

        Assert.AreSequenceEqual(expected, TinyModel.Decode(TinyModel.Request(maxTokens: 48)));
    }

    [TestMethod]
    public void PrefillAndDecode_UnderAPolicy_EqualOneLongPrefill()
    {
        var policy = TinyModel.Engine.Compile(TinyModel.Push(0.5f));
        using var generation = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(0.5f)));
        var ids = new List<int>(TinyModel.Prompt);
        while (generation.MoveNext())
        {
            ids.Add(generation.TokenId);
        }

        using var forward = ForwardPass.Load(TinyModel.Folder);
        var result = forward.Run(ids.Take(ids.Count - 1).ToArray(), policy);
        var difference = generation.ReadLogits().Zip(result.LogitsAt(result.Length - 1).ToArray(), (left, right) => Math.Abs(left - right)).Max();
        Assert.IsLessThan(1e-3f, difference);
    }

    [TestMethod]
    public void Replace_BetweenTokens_ActsOnTheNextToken()
    {
        var strong = TinyModel.Engine.Compile(TinyModel.Push(40));
        var request = TinyModel.Request() with { Reservations = [new RowReservation(TinyModel.Site, 4)] };
        using var steered = TinyModel.Engine.Model.Start(request);
        using var unsteered = TinyModel.Engine.Model.Start(TinyModel.Request());
        for (var index = 0; index < 3; index++)
        {
            Assert.IsTrue(steered.MoveNext());
            Assert.IsTrue(unsteered.MoveNext());
            Assert.AreSequenceEqual(unsteered.ReadLogits(), steered.ReadLogits());
        }

        steered.Replace(strong);
        steered.MoveNext();
        unsteered.MoveNext();
        CollectionAssert.AreNotEqual(unsteered.ReadLogits(), steered.ReadLogits());

        steered.Replace(CompiledPolicy.Empty);
        steered.MoveNext();
        Assert.AreEqual(FinishReason.None, steered.FinishReason);
    }

    [TestMethod]
    public void Replace_WithoutReservedRows_IsRefused()
    {
        using var generation = TinyModel.Engine.Model.Start(TinyModel.Request());
        generation.MoveNext();
        var refusal = Assert.ThrowsExactly<SteeringException>(() => generation.Replace(TinyModel.Engine.Compile(TinyModel.Push(1))));
        StringAssert.Contains(refusal.Message, "Reserve the room", StringComparison.Ordinal);
        StringAssert.Contains(refusal.Message, TinyModel.Site, StringComparison.Ordinal);
    }

    [TestMethod]
    public void Activations_OfAWatchedDirection_AreItsProjectionOnTheResidual()
    {
        var direction = TinyModel.Direction(1);
        using var generation = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(0)), collectActivations: true);
        generation.MoveNext();
        using var forward = ForwardPass.Load(TinyModel.Folder);
        var residual = forward.Run(TinyModel.Prompt).Residuals[TinyModel.Site];
        Assert.AreEqual(TinyModel.Prompt.Length * generation.Policy.Sites[0].RowCount, generation.PromptActivations(0).Length);

        // An additive row reads nothing; a projection row of the same direction does.
        var projection = SteeringPolicy.Create("gain").ProjectionGain(Direction.At(TinyModel.Site, direction), 1);
        using var watched = TinyModel.Engine.Model.Start(TinyModel.Request(projection), collectActivations: true);
        watched.MoveNext();
        var norm = Math.Sqrt(direction.Sum(value => value * value));
        for (var position = 0; position < TinyModel.Prompt.Length; position++)
        {
            var expected = direction.Select((value, index) => value / norm * residual[(position * TinyModel.HiddenSize) + index]).Sum();
            Assert.AreEqual(expected, watched.PromptActivations(0)[position], 1e-3);
        }

        Assert.AreEqual(watched.PromptActivations(0)[^1], watched.Activations(0)[0]);
    }

    [TestMethod]
    public void PositionZero_IsLeftAloneByDefault_AndEditedOnRequest()
    {
        var edited = TinyModel.Push(40) with { SkipPositionZero = false };
        using var forward = ForwardPass.Load(TinyModel.Folder);
        var unsteered = forward.Run([1]).Logits;
        Assert.AreSequenceEqual(unsteered, forward.Run([1], TinyModel.Engine.Compile(TinyModel.Push(40))).Logits);
        CollectionAssert.AreNotEqual(unsteered, forward.Run([1], TinyModel.Engine.Compile(edited)).Logits);
    }

    [TestMethod]
    public void Sampling_WithASeed_RepeatsItself_AndAnotherSeedDiffers()
    {
        var request = TinyModel.Request(maxTokens: 40) with { Sampling = new SamplingOptions { Temperature = 1.5f, Seed = 11 } };
        var first = TinyModel.Decode(request);
        Assert.AreSequenceEqual(first, TinyModel.Decode(request));
        CollectionAssert.AreNotEqual(first, TinyModel.Decode(request with { Sampling = request.Sampling with { Seed = 12 } }));
    }

    [TestMethod]
    public async Task Decoder_ManyConversationsAtOnce_GiveWhatEachGivesAlone()
    {
        var decoder = new GenAiDecoder(TinyModel.Engine.Model);
        DecodeRequest[] requests = [.. Enumerable.Range(0, 6).Select(index => TinyModel.Request(TinyModel.Push(index * 0.7f, seed: index)))];
        var together = await Task.WhenAll(requests.Select(request => Task.Run(() => Collect(decoder, request))));
        for (var index = 0; index < requests.Length; index++)
        {
            Assert.AreSequenceEqual(TinyModel.Decode(requests[index]), together[index]);
        }
    }

    [TestMethod]
    public async Task Decoder_WhenCancelled_StopsWithinOneToken()
    {
        var decoder = new GenAiDecoder(TinyModel.Engine.Model);
        using var cancellation = new CancellationTokenSource();
        var tokens = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in decoder.DecodeAsync(TinyModel.Request(maxTokens: 200), cancellation.Token))
            {
                if (++tokens == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.AreEqual(3, tokens);
    }

    [TestMethod]
    public void MoveNext_AllocatesNothingOnTheManagedSide()
    {
        using var generation = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(0.1f), maxTokens: 200));
        for (var index = 0; index < 8; index++)
        {
            generation.MoveNext();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < 100; index++)
        {
            generation.MoveNext();
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Canary_OnASocketedModel_Passes_AndOnAnUnsocketedOneRefuses()
    {
        TinyModel.Engine.RunCanary(CancellationToken.None);
        using var plain = new SteeringEngine(SteerableModel.Load(TinyModel.Plain), new SteeringResources());
        var refusal = Assert.ThrowsExactly<SteeringException>(() => plain.RunCanary());
        StringAssert.Contains(refusal.Message, "no sockets", StringComparison.Ordinal);
        Assert.ThrowsExactly<SteeringException>(() => plain.Compile(TinyModel.Push(1)));
    }

    [TestMethod]
    public void Canary_WhereAnEditDoesNotReachTheLogits_RefusesToServe()
    {
        using var deaf = new SteeringEngine(SteerableModel.Load(TinyModel.Deaf), new SteeringResources());
        var refusal = Assert.ThrowsExactly<SteeringException>(() => deaf.RunCanary());
        StringAssert.Contains(refusal.Message, "left every logit as it was", StringComparison.Ordinal);
        StringAssert.Contains(refusal.Message, TinyModel.Site, StringComparison.Ordinal);
    }

    private static async Task<List<int>> Collect(GenAiDecoder decoder, DecodeRequest request)
    {
        var ids = new List<int>();
        await foreach (var token in decoder.DecodeAsync(request))
        {
            ids.Add(token.Id);
        }

        return ids;
    }
}
