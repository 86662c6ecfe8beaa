namespace Steering.Analysis.Erasure;

/// <summary>By what removals are matched.</summary>
public enum RemovalMeasure
{
    /// <summary>The share of the target's questions that become wrong.</summary>
    Accuracy,

    /// <summary>The share of the confidence in the right choice that is lost: it moves where no answer changes yet.</summary>
    Confidence,
}
