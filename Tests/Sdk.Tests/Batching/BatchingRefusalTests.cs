using System.Text;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk.Batching;

/// <summary>What cannot be decoded in a batch is refused in a sentence, before anything runs.</summary>
[TestClass]
public sealed class BatchingRefusalTests
{
    public static IEnumerable<object[]> Options =>
    [
        [new BatchingDecoderOptions { Slots = 0 }, "Slots is 0"],
        [new BatchingDecoderOptions { Slots = 257 }, "Slots is 257"],
        [new BatchingDecoderOptions { QueueLength = -1 }, "QueueLength is -1"],
        [new BatchingDecoderOptions { PrefillChunk = 0 }, "PrefillChunk is 0"],
        [new BatchingDecoderOptions { PrefillShare = 0 }, "PrefillShare is 0"],
        [new BatchingDecoderOptions { PrefillShare = double.NaN }, "PrefillShare is NaN"],
        [new BatchingDecoderOptions { ReadAhead = 0 }, "ReadAhead is 0"],
        [new BatchingDecoderOptions { MaxTokens = 1 }, "MaxTokens is 1"],
        [new BatchingDecoderOptions { Threads = -1 }, "Threads is -1"],
    ];

    [TestMethod]
    [DynamicData(nameof(Options))]
    public void AnOptionOutsideItsRange_IsNamed(BatchingDecoderOptions options, string message) =>
        Refusal.Of(() => new BatchingDecoder(TinyModel.Engine.Model, options).Dispose(), message);

    [TestMethod]
    [DataRow("GroupQueryAttention", "GroupQueryAttentioN", "it has no GroupQueryAttention node")]
    [DataRow("past_key_values.1.value", "past_key_values.1.valuE", "it has no input 'past_key_values.1.value'")]
    [DataRow("attention_mask", "attention_masK", "it has no input 'attention_mask'")]
    [DataRow("present.0.key", "present.0.keY", "it has no output 'present.0.key'")]
    public void AGraphThatCannotBeBatched_IsRefused(string name, string other, string message)
    {
        var folder = Copy(TinyModel.Plain);
        using var model = SteerableModel.Load(folder);

        // Changed after the other decoder's session has read it: what is tested is the graph that the batch opens.
        var graph = Path.Combine(folder, "model.onnx");
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(graph)).Replace(name, other, StringComparison.Ordinal);
        File.WriteAllBytes(graph, Encoding.Latin1.GetBytes(bytes));
        Refusal.Of(() => new BatchingDecoder(model).Dispose(), "cannot be decoded in a batch", message, "GenAiDecoder");
    }

    [TestMethod]
    public void ACacheOfAnotherShape_IsRefused()
    {
        var folder = Copy(TinyModel.Plain);
        var config = Path.Combine(folder, "genai_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"head_size\": 8", "\"head_size\": 16", StringComparison.Ordinal));
        Refusal.Of(() => SteerableModel.Load(folder).Dispose(), folder, "model.decoder.head_size");
    }

    [TestMethod]
    public async Task ARequestThatDoesNotFit_IsRefused_AndTheDecoderGoesOn()
    {
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model, new BatchingDecoderOptions { MaxTokens = 64 });
        await Refused(Conversations.Greedy(60), "beyond the 64 that this decoder was given room for");
        await Refused(Conversations.Greedy(2000), "beyond the model's context");
        await Refused(Conversations.Greedy(3) with { PromptIds = [] }, "no token");
        await Refused(Conversations.Greedy(3) with { Reservations = [new RowReservation(TinyModel.Site, 3)] }, "Reservations");
        await Refused(Conversations.Greedy(3) with { Sampling = new SamplingOptions { MinP = 2 } }, "MinP is 2");
        await Refused(Conversations.Greedy(3, TinyModel.Push(1, gate: Gate.Callback("ask"))), "waits for the gate callback 'ask'");
        Assert.HasCount(3, (await decoder.CompleteAsync(Conversations.Greedy(3))).Ids);

        async Task Refused(DecodeRequest request, string message) =>
            Assert.Contains(message, (await Assert.ThrowsExactlyAsync<SteeringException>(() => decoder.CompleteAsync(request))).Message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void MinP_IsRefusedByGenAi() =>
        Refusal.Of(() => TinyModel.Engine.Model.Start(Conversations.Greedy(3) with { Sampling = new SamplingOptions { MinP = 0.1f } }).Dispose(), "MinP is set", "BatchingDecoder");

    /// <summary>An edit so large that the residual overflows leaves no logits to choose by; the neighbours have theirs.</summary>
    [TestMethod]
    public async Task LogitsThatAreNoNumbers_EndTheirConversationOnly()
    {
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model);
        var expected = await decoder.CompleteAsync(Conversations.Greedy(40));
        Task<Completion>[] neighbours = [.. Enumerable.Range(0, 3).Select(_ => decoder.CompleteAsync(Conversations.Greedy(40)))];
        var overflowing = Enumerable.Range(0, 4).Aggregate(SteeringPolicy.Create("overflow"), (policy, _) => policy.Add(Direction.At(TinyModel.Site, TinyModel.Direction(1)), 3e38f, StrengthUnit.Raw));
        var error = await Assert.ThrowsExactlyAsync<SteeringException>(() => decoder.CompleteAsync(Conversations.Greedy(40, overflowing)));
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
        Assert.AreSequenceEqual([expected, expected, expected], await Task.WhenAll(neighbours));
    }

    private static string Copy(string folder)
    {
        var copy = TinyModel.NewFolder();
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }
}
