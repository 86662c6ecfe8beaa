using System.Text.Json.Serialization;
using Steering.Analysis.Experiments;
using Steering.Policies;

namespace Steering.Analysis.Erasure;

/// <summary>What a method did to a concept.</summary>
public sealed record RemovalCondition
{
    /// <summary>The method; null for the unsteered model.</summary>
    public required RemovalMethod? Method { get; init; }

    /// <summary>Number of features that it edits; null where it edits none.</summary>
    public int? Features { get; init; }

    /// <summary>Factor of a direction's component: 1 leaves it, 0 takes it out, below 0 turns it round; null for features.</summary>
    public double? Gain { get; init; }

    /// <summary>The share of accuracy or confidence that is lost on the questions that the dose was found with; null where none was sought.</summary>
    public double? FittedDrop { get; init; }

    /// <summary>Whether that is within the tolerance of what was asked for; null where no dose was sought.</summary>
    public bool? Matched { get; init; }

    /// <summary>The target's held-out questions.</summary>
    public RemovalGroup? Target { get; init; }

    /// <summary>All other held-out questions.</summary>
    public RemovalGroup? Complement { get; init; }

    /// <summary>The classes one by one.</summary>
    public IReadOnlyList<RemovalGroup> Classes { get; init; } = [];

    /// <summary>Complement against the full mask; null for itself, and where there is no full mask.</summary>
    public RemovalDifference? AgainstFullMask { get; init; }

    /// <summary>Perplexity of neutral text.</summary>
    public PerplexityResult? Text { get; init; }

    /// <summary>Why it could not be measured.</summary>
    public string? Unavailable { get; init; }

    /// <summary>The policy; null where there is none.</summary>
    [JsonIgnore]
    public SteeringPolicy? Policy { get; init; }
}
