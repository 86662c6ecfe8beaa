using System.Runtime.InteropServices;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>What is evaluated, and how.</summary>
public sealed record SaeEvaluationOptions
{
    /// <summary>Tokens left out of everything but cross-entropy; default: position 0 and norms above ten times the window's median.</summary>
    public TokenExclusion Exclusion { get; init; } = TokenExclusion.Default;

    /// <summary>Latents that fire on a smaller share of the tokens than this are rare; default 1e-4.</summary>
    public double RareDensity { get; init; } = 1e-4;

    /// <summary>The first windows over which cross-entropy is measured, four runs of the later half of the model each; default 24, 0 for none.</summary>
    public int CrossEntropyWindows { get; init; } = 24;

    /// <summary>Also measure cross-entropy with every position spliced, position 0 included; default false.</summary>
    public bool SpliceEverywhere { get; init; }

    /// <summary>Windows run through the model at once; default 2. Logits take windows × length × vocabulary × 4 bytes.</summary>
    public int BatchWindows { get; init; } = 2;

    /// <summary>Largest width D up to which decoder directions are compared (time grows with D²); default 32,768, 0 for never.</summary>
    public int MaximumComparedLatents { get; init; } = 32_768;

    /// <summary>Top examples kept for each latent; default 0.</summary>
    public int Examples { get; init; }

    /// <summary>Tokens kept on each side of an example's peak; default 12, at most 127.</summary>
    public int ContextTokens { get; init; } = 12;

    /// <summary>What the text is, in words, or null.</summary>
    public string? Corpus { get; init; }

    /// <summary>Name of the model that was run, or null to take the autoencoder's.</summary>
    public string? ModelName { get; init; }

    /// <summary>Fingerprint of the weights of the model that was run, or null.</summary>
    public string? ModelSha256 { get; init; }

    internal void Check()
    {
        if (!(RareDensity >= 0 && RareDensity < 1))
        {
            throw new SteeringException(FormattableString.Invariant($"The density below which latents are rare is {RareDensity}; give a share from 0 to below 1."));
        }

        if (CrossEntropyWindows < 0 || BatchWindows < 1 || MaximumComparedLatents < 0 || Examples is < 0 or > 255 || ContextTokens is < 0 or > 127)
        {
            throw new SteeringException(FormattableString.Invariant($"The evaluation's options cannot be: {CrossEntropyWindows} windows for cross-entropy (at least 0), {BatchWindows} windows at once (at least 1), {Examples} examples (0 to 255), {ContextTokens} tokens of context (0 to 127)."));
        }
    }
}

/// <summary>How far an evaluation has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EvaluationProgress(string Stage, double Fraction);

/// <summary>Turns windows done into a share of all work; a window's cross-entropy costs about five times its reading.</summary>
internal sealed class EvaluationStage(IProgress<EvaluationProgress>? progress, SaeEvaluationOptions options, int windows)
{
    private const double SpliceCost = 5;
    private readonly double _total = windows + (SpliceCost * Math.Min(options.CrossEntropyWindows, windows));
    private double _done;

    public void Read(int count) => Report("reading text", count);

    public void Spliced(int count) => Report("measuring cross-entropy", count * SpliceCost);

    public IProgress<double>? Comparing => progress is null ? null : new Comparison(progress);

    private void Report(string stage, double done) => progress?.Report(new EvaluationProgress(stage, (_done += done) / _total));

    private sealed class Comparison(IProgress<EvaluationProgress> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new EvaluationProgress("comparing decoder directions", value));
    }
}
