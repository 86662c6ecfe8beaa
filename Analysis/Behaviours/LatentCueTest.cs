using Steering.Analysis.Statistics;

namespace Steering.Analysis.Behaviours;

/// <summary>
/// What cue words do to one latent. It counts as firing on a text where its largest activation exceeds
/// <see cref="Threshold"/>, its median over the behaviour's own steps.
/// </summary>
public sealed record LatentCueTest
{
    /// <summary>The latent.</summary>
    public required int Latent { get; init; }

    /// <summary>Why it is tested.</summary>
    public required CueGroup Group { get; init; }

    /// <summary>Median of its largest activation over the steps with the behaviour.</summary>
    public required double Threshold { get; init; }

    /// <summary>Steps with the behaviour on which it fires; about half by the choice of the threshold.</summary>
    public required RateEstimate StepsWith { get; init; }

    /// <summary>Steps without it on which it fires.</summary>
    public required RateEstimate StepsWithout { get; init; }

    /// <summary>Plain texts on which it fires as they are.</summary>
    public required RateEstimate Plain { get; init; }

    /// <summary>The same texts with cue words put in.</summary>
    public required RateEstimate WithCues { get; init; }

    /// <summary>The same texts with as many neutral words at the same places.</summary>
    public required RateEstimate WithNeutral { get; init; }

    /// <summary>95 % bootstrap, over texts, of the share with cue words less the share as they are.</summary>
    public required Interval Rise { get; init; }

    /// <summary>ROC-AUC of its largest activation for the behaviour among steps that hold no cue word; null where fewer than five of them have the behaviour.</summary>
    public required double? CuelessArea { get; init; }

    /// <summary>Its 95 % bootstrap over traces.</summary>
    public required Interval? CuelessInterval { get; init; }

    /// <summary>Tokens of the plain texts on which it is active, per 1,000: as they are, with cue words, with neutral words; and of the traces.</summary>
    public required (double Plain, double WithCues, double WithNeutral, double Traces) ActivePer1000 { get; init; }

    /// <summary>Whether cue words alone make it fire: the rise is above 0 with its whole interval, and at least half as many texts with cue words as steps of the behaviour make it fire.</summary>
    public bool FiresOnCues => Rise.Low > 0 && WithCues.Share >= StepsWith.Share / 2;

    /// <summary>The verdict: only cue words where these make it fire and the area without them is unknown or not above 0.5 with its whole interval.</summary>
    public CueVerdict Verdict => !FiresOnCues ? CueVerdict.NotExplained
        : CuelessInterval is { Low: > 0.5 } ? CueVerdict.CuesSuffice
        : CueVerdict.OnlyCues;
}
