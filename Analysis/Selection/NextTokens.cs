using System.Numerics.Tensors;
using Steering.Numerics;

namespace Steering.Analysis.Selection;

/// <summary>Numbers of the distribution of a next token, from its logits.</summary>
internal static class NextTokens
{
    /// <summary>How many tokens count as a feature's, and as the likely ones: 20.</summary>
    public const int Top = 20;

    /// <summary>The tokens with the largest logits, largest first, ties by id.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="count">How many at most.</param>
    public static int[] Largest(ReadOnlySpan<float> logits, int count = Top)
    {
        var queue = new PriorityQueue<int, (float Logit, int Negative)>();
        for (var id = 0; id < logits.Length; id++)
        {
            if (queue.Count < count)
            {
                queue.Enqueue(id, (logits[id], -id));
            }
            else if (queue.TryPeek(out _, out var smallest) && (logits[id], -id).CompareTo(smallest) > 0)
            {
                queue.EnqueueDequeue(id, (logits[id], -id));
            }
        }

        var found = new int[queue.Count];
        for (var place = found.Length - 1; place >= 0; place--)
        {
            found[place] = queue.Dequeue();
        }

        return found;
    }

    /// <summary>
    /// Output score of a feature (Arad et al., arXiv 2505.20063): (1 − smallest rank / V) · largest probability, over the tokens that
    /// the logit lens gives the feature, in the distribution that the amplified feature makes. Ranks begin at 0.
    /// </summary>
    /// <param name="logits">[V] of the amplified feature.</param>
    /// <param name="tokens">The feature's tokens, at least one.</param>
    /// <returns>From 0 to 1.</returns>
    public static double OutputScore(ReadOnlySpan<float> logits, ReadOnlySpan<int> tokens)
    {
        // The token of smallest rank is the one of largest logit, and so of largest probability.
        var largest = float.NegativeInfinity;
        foreach (var token in tokens)
        {
            largest = Math.Max(largest, logits[token]);
        }

        var rank = 0;
        foreach (var logit in logits)
        {
            rank += logit > largest ? 1 : 0;
        }

        return (1 - ((double)rank / logits.Length)) * Math.Exp(largest - LogSumExp.Of(logits));
    }

    /// <summary>Token confidence (Fu et al., arXiv 2508.15260): −1/k · Σ ln p over the k likeliest tokens. The more certain the model is of one, the larger.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="count">k.</param>
    /// <returns>In nats.</returns>
    public static double Confidence(ReadOnlySpan<float> logits, int count = Top)
    {
        var (sum, tokens) = (0.0, Largest(logits, count));
        foreach (var token in tokens)
        {
            sum += logits[token];
        }

        return LogSumExp.Of(logits) - (sum / tokens.Length);
    }

    /// <summary>Kullback–Leibler divergence of the distribution of some logits from that of others.</summary>
    /// <param name="logits">[vocabulary] p.</param>
    /// <param name="other">[vocabulary] q.</param>
    /// <returns>Σ p ln(p / q), in nats.</returns>
    public static double Divergence(ReadOnlySpan<float> logits, ReadOnlySpan<float> other)
    {
        var (normaliser, otherNormaliser) = (LogSumExp.Of(logits), LogSumExp.Of(other));
        var sum = 0.0;
        for (var id = 0; id < logits.Length; id++)
        {
            var log = logits[id] - normaliser;
            sum += Math.Exp(log) * (log - (other[id] - otherNormaliser));
        }

        return Math.Max(0, sum);
    }

    /// <summary>Mean of a number of each token over the distribution.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="numbers">[vocabulary].</param>
    public static double Mean(ReadOnlySpan<float> logits, ReadOnlySpan<float> numbers)
    {
        var normaliser = LogSumExp.Of(logits);
        var probabilities = new float[logits.Length];
        TensorPrimitives.Subtract<float>(logits, (float)normaliser, probabilities);
        TensorPrimitives.Exp<float>(probabilities, probabilities);
        return TensorPrimitives.Dot<float>(probabilities, numbers);
    }
}

/// <summary>A prompt with a continuation that is to become more probable and one that is to become less so.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="Wanted">Token ids that a policy should make follow.</param>
/// <param name="Unwanted">Token ids that it should not.</param>
public sealed record ContinuationPair(IReadOnlyList<int> Prompt, IReadOnlyList<int> Wanted, IReadOnlyList<int> Unwanted);
