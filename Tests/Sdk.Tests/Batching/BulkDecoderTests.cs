using System.Text;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.Sdk.Batching;

/// <summary>Many turns for throughput: which decoder writes them, and that they are those it gives alone.</summary>
[TestClass]
public sealed class BulkDecoderTests
{
    [TestMethod]
    [DataRow(DecoderChoice.Auto, DecoderChoice.Batch)]
    [DataRow(DecoderChoice.Batch, DecoderChoice.Batch)]
    [DataRow(DecoderChoice.GenAi, DecoderChoice.GenAi)]
    public async Task TurnsAreThoseOfTheDecoderThatWasChosen(DecoderChoice choice, DecoderChoice kind)
    {
        var model = TinyModel.Engine.Model;
        using var decoder = BulkDecoder.Create(model, choice);
        Assert.AreEqual(kind, decoder.Kind);
        Assert.IsNull(decoder.Refusal);
        Assert.IsGreaterThanOrEqualTo(1, decoder.Parallelism);

        // Without MinP, which GenAI does not have.
        DecodeRequest[] requests = [.. Enumerable.Range(0, 200).Select(Conversations.Random).Where(request => request.Sampling.MinP is null).Take(40)];
        using var alone = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = 1 });
        ISteeredDecoder reference = kind == DecoderChoice.Batch ? alone : new GenAiDecoder(model);
        Assert.AreSequenceEqual(await reference.CompleteAllAsync(requests, 1), await decoder.CompleteAllAsync(requests, decoder.Parallelism));
    }

    [TestMethod]
    public async Task AGraphThatCannotBeBatched_IsDecodedByGenAi_AndTheReasonSaid_OrRefusedWhereABatchWasAskedFor()
    {
        var folder = TinyModel.NewFolder();
        foreach (var file in Directory.GetFiles(TinyModel.Plain))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        using var model = SteerableModel.Load(folder);

        // Changed after GenAI's session has read it.
        var graph = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(graph, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(File.ReadAllBytes(graph)).Replace("GroupQueryAttention", "GroupQueryAttentioN", StringComparison.Ordinal)));
        using var decoder = BulkDecoder.Create(model);
        Assert.AreEqual(DecoderChoice.GenAi, decoder.Kind);
        Assert.Contains("cannot be decoded in a batch: it has no GroupQueryAttention node", decoder.Refusal!);
        Assert.HasCount(5, (await decoder.CompleteAsync(Conversations.Greedy(5))).Ids);
        Refusal.Of(() => BulkDecoder.Create(model, DecoderChoice.Batch).Dispose(), "cannot be decoded in a batch");
    }
}
