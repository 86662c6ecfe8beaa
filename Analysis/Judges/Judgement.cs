using System.Globalization;

namespace Steering.Analysis.Judges;

/// <summary>What a judge says of one reply: a score, or why there is none.</summary>
public readonly record struct Judgement
{
    private Judgement(double? score, string? failure) => (Score, Failure) = (score, failure);

    /// <summary>The score, finite; for a verdict 1 or 0. Null where the judge failed.</summary>
    public double? Score { get; }

    /// <summary>Why there is no score, in a sentence; null where there is one.</summary>
    public string? Failure { get; }

    /// <summary>A score.</summary>
    /// <param name="score">Any finite number; larger is more of what the judge looks for.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public static Judgement Of(double score) => double.IsFinite(score)
        ? new Judgement(score, null)
        : throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a finite number.");

    /// <summary>A verdict.</summary>
    /// <param name="hit">Whether the reply has what the judge looks for.</param>
    public static Judgement Of(bool hit) => new(hit ? 1 : 0, null);

    /// <summary>No score.</summary>
    /// <param name="reason">Why, in a sentence.</param>
    public static Judgement Failed(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Judgement(null, reason);
    }

    /// <summary>The score or the reason.</summary>
    public override string ToString() => Score?.ToString(CultureInfo.InvariantCulture) ?? Failure ?? "not judged";
}
