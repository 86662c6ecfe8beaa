using Steering.Analysis.Statistics;
using Steering.Models;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;

namespace SandboxModel.Reporting;

/// <summary>Reads documents with one forward pass each.</summary>
internal static class LossMeter
{
    public static LossFigures Measure(string folder, IReadOnlyList<SandboxDocument> documents, long seed, CancellationToken cancellation)
    {
        var tokenizer = TextTokenizer.Load(folder);
        int[] end = tokenizer.Encode(CorpusFile.EndOfDocument.TrimEnd());
        using var pass = ForwardPass.Load(folder);
        var losses = new double[documents.Count];
        var tokens = 0L;
        for (var index = 0; index < documents.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] ids = [.. tokenizer.Encode(documents[index].Text), .. end.Length == 1 ? end : []];
            losses[index] = Sum(pass.Run(ids), ids, first: 0);
            tokens += ids.Length - 1;
        }

        double[] nats = [.. documents.Select(document => document.Nats)];
        var excess = PairedBootstrap.MeanDifference(losses, nats, seed);
        var perDocument = (double)tokens / documents.Count;
        return new LossFigures(documents.Count, tokens, losses.Sum() / tokens, nats.Sum() / tokens, excess.Low / perDocument, excess.High / perDocument);
    }

    /// <summary>Σ −log softmax(logits[t])[id[t + 1]] from a position on.</summary>
    public static double Sum(ForwardResult result, int[] ids, int first)
    {
        var sum = 0.0;
        for (var position = first; position < ids.Length - 1; position++)
        {
            sum += result.LossAt(position, ids[position + 1]);
        }

        return sum;
    }
}
