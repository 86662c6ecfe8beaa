namespace Steering.Analysis.Behaviours;

/// <summary>The cue-word test of one behaviour.</summary>
/// <param name="Behaviour">Its label.</param>
/// <param name="Cues">The cue words.</param>
/// <param name="Steps">Steps that have it.</param>
/// <param name="CuelessSteps">Those of them without a cue word.</param>
/// <param name="CuesPer1000">Cue words per 1,000 tokens: traces, plain texts as they are, plain texts with cue words.</param>
/// <param name="Latents">The tests, controls included.</param>
public sealed record BehaviourCueTest(string Behaviour, IReadOnlyList<string> Cues, int Steps, int CuelessSteps, (double Traces, double Plain, double WithCues) CuesPer1000, IReadOnlyList<LatentCueTest> Latents);

/// <summary>Why a latent is tested.</summary>
public enum CueGroup
{
    /// <summary>It belongs to the behaviour alone.</summary>
    Behaviour,

    /// <summary>Control: it would belong to the behaviour if the labels of the steps were dealt out anew.</summary>
    Shuffled,

    /// <summary>Control: drawn from the latents that fire at delimiters.</summary>
    Random,
}

/// <summary>Whether cue words explain what a latent fires on.</summary>
public enum CueVerdict
{
    /// <summary>Cue words in plain text do not make it fire as the behaviour's own steps do.</summary>
    NotExplained,

    /// <summary>They do, but it also finds steps of the behaviour that hold no cue word.</summary>
    CuesSuffice,

    /// <summary>They do, and without cue words it does not find the behaviour: it is only a cue-word latent.</summary>
    OnlyCues,
}

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
