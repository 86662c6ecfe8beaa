using Steering.Numerics;

namespace Steering.Analysis.Evaluation;

/// <summary>Sum of next-token cross-entropies from logits: −log softmax(logits[t])[id[t + 1]].</summary>
internal static class NextTokenLoss
{
    /// <summary>The sum over the first length − 1 tokens of each sequence, in nats.</summary>
    /// <param name="logits">[sequences, length, vocabulary].</param>
    /// <param name="ids">[sequences, length].</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="vocabulary">Number of logits of a token.</param>
    public static double Sum(ReadOnlyMemory<float> logits, ReadOnlyMemory<int> ids, int sequences, int length, int vocabulary)
    {
        var losses = new double[sequences * length];
        Parallel.For(0, sequences * length, token =>
        {
            if (token % length < length - 1)
            {
                losses[token] = Loss(logits.Span.Slice(token * vocabulary, vocabulary), ids.Span[token + 1]);
            }
        });
        return losses.Sum();
    }

    private static double Loss(ReadOnlySpan<float> logits, int next) => LogSumExp.Of(logits) - logits[next];
}
