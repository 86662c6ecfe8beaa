using System.Text.Json;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Erasure;

/// <summary>Ways to remove concepts compared at the same removal: what they spare of the rest, and what they cost.</summary>
public sealed record RemovalResult
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The site that is edited.</summary>
    public required string Site { get; init; }

    /// <summary>By what removals are matched: accuracy or confidence.</summary>
    public required string Measure { get; init; }

    /// <summary>The removal asked for.</summary>
    public required double Removal { get; init; }

    /// <summary>How far from it counts as matched.</summary>
    public required double Tolerance { get; init; }

    /// <summary>By what the features are ranked.</summary>
    public required string Ranking { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>The questions.</summary>
    public required IReadOnlyList<RemovalClass> Classes { get; init; }

    /// <summary>The classes removed.</summary>
    public required IReadOnlyList<RemovalTarget> Targets { get; init; }

    /// <summary>The result as UTF-8 JSON.</summary>
    /// <param name="indented">Over several lines, for people; otherwise on one.</param>
    public byte[] ToJson(bool indented = true) => JsonSerializer.SerializeToUtf8Bytes(this, (indented ? RemovalJsonContext.Indented : RemovalJsonContext.OneLine).RemovalResult);
}

/// <summary>A method against the full mask on the same questions: accuracy on the complement, minus the full mask's.</summary>
/// <param name="Value">The difference; above 0 the method spares more.</param>
/// <param name="Interval">95 % interval, bootstrapped over questions.</param>
public sealed record RemovalDifference(double Value, Interval Interval);

/// <summary>By what removals are matched.</summary>
public enum RemovalMeasure
{
    /// <summary>The share of the target's questions that become wrong.</summary>
    Accuracy,

    /// <summary>The share of the confidence in the right choice that is lost: it moves where no answer changes yet.</summary>
    Confidence,
}
