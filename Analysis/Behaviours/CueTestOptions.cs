namespace Steering.Analysis.Behaviours;

/// <summary>How latents are tested for cue words.</summary>
public sealed record CueTestOptions
{
    /// <summary>Words put into a text.</summary>
    public int Injected { get; init; } = 3;

    /// <summary>Latents of a behaviour, and of each control, at most.</summary>
    public int MostLatents { get; init; } = 10;

    /// <summary>Longest text in tokens.</summary>
    public int MaximumTokens { get; init; } = 512;

    /// <summary>Resamples of the bootstraps.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Of places, words, controls and bootstraps.</summary>
    public long Seed { get; init; }
}
