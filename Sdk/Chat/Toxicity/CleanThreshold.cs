using System.Globalization;

namespace Steering.Chat.Toxicity;

/// <summary>
/// A level from scores of harmless texts at a stated false-positive rate, by the rule of split conformal prediction: with
/// n scores and rate α, the ⌈(n + 1)(1 − α)⌉-th smallest. A further text of the same kind exceeds it with probability at
/// most α, whatever the distribution (Vovk et al., <i>Algorithmic Learning in a Random World</i>, 2005).
/// </summary>
public static class CleanThreshold
{
    /// <summary>The level.</summary>
    /// <param name="scores">One score for each harmless text, finite.</param>
    /// <param name="falsePositiveRate">α, above 0 and below 1.</param>
    /// <returns>One of the scores: at most α·n of them lie above it.</returns>
    /// <exception cref="SteeringException">The rate is out of range, a score is not finite, or the texts are too few for the rate: n must be at least 1/α − 1.</exception>
    public static float At(IReadOnlyList<float> scores, double falsePositiveRate)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (falsePositiveRate is not (> 0 and < 1))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The false-positive rate is {falsePositiveRate}; it must lie above 0 and below 1, as in 0.01."));
        }

        var sorted = scores.Order().ToArray();
        if (Array.Exists(sorted, score => !float.IsFinite(score)))
        {
            throw new SteeringException("A score of a harmless text is not a finite number, so no level can be taken from it.");
        }

        // In decimal, so that (99 + 1)(1 − 0.01) is 99 and not a little more.
        var rank = (int)Math.Ceiling((sorted.Length + 1) * (1 - (decimal)falsePositiveRate));
        return rank <= sorted.Length
            ? sorted[Math.Max(rank, 1) - 1]
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{sorted.Length} harmless texts are too few for a false-positive rate of {falsePositiveRate}: nothing can be said about so rare an event. Give at least {Math.Ceiling(1 / (decimal)falsePositiveRate) - 1}, or a higher rate."));
    }
}
