namespace Steering.Analysis.Behaviours;

/// <summary>How behaviours are fitted.</summary>
public sealed record BehaviourFitOptions
{
    /// <summary>Share of the traces that is kept for detection, 0 to 0.9.</summary>
    public double HeldOut { get; init; } = 0.3;

    /// <summary>Latents of a behaviour vector at most.</summary>
    public int MostLatents { get; init; } = BehaviourVectors.UsualLatents;

    /// <summary>Draws of each control.</summary>
    public int Draws { get; init; } = 20;

    /// <summary>Resamples of the bootstrap.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Of split, controls and bootstrap.</summary>
    public long Seed { get; init; }

    /// <summary>Word lists as a rival, or null.</summary>
    public StepWords? Words { get; init; }
}
