using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>What one judge says of one condition.</summary>
public sealed record JudgeResult
{
    /// <summary>Name of the judge.</summary>
    public required string Judge { get; init; }

    /// <summary>Share of hits among the judged replies. Its interval is Wilson's for one sample a prompt, bootstrapped over prompts for several.</summary>
    public required RateEstimate Rate { get; init; }

    /// <summary>Rate divided by the unsteered rate, minus 1; null for the unsteered condition and where that rate is 0.</summary>
    public double? Relative { get; init; }

    /// <summary>95 % interval of rate − unsteered rate, bootstrapped over prompts that both answered; null for the unsteered condition.</summary>
    public Interval? Difference { get; init; }

    /// <summary>Newcombe's interval of the same, as if the replies were to different prompts; null for several samples a prompt.</summary>
    public Interval? UnpairedDifference { get; init; }

    /// <summary>Mean score.</summary>
    public double? MeanScore { get; init; }

    /// <summary>Mean over prompts of the largest score among a prompt's samples.</summary>
    public double? ExpectedMaximum { get; init; }

    /// <summary>Share of prompts of which at least one sample is a hit.</summary>
    public required RateEstimate AtLeastOne { get; init; }

    /// <summary>Verdicts changed and worsened; null for the unsteered condition.</summary>
    public SideEffects? SideEffects { get; init; }

    /// <summary>Replies that the judge could not judge; they count nowhere.</summary>
    public int Failures { get; init; }

    /// <summary>Why it could not judge the first of them.</summary>
    public string? FirstFailure { get; init; }

    /// <summary>
    /// Perplexity, under the unsteered model, of only those replies that are as the policies are to make them, against that of all
    /// unsteered replies. Of the unsteered condition it is what drawing again until a reply is as wanted costs: replies that
    /// are seldom given are less expected, whoever gives them. Null where the rate is only to be kept.
    /// </summary>
    public PerplexityResult? AsWanted { get; init; }

    /// <summary>Whether no other condition has both a better rate and a lower perplexity; null where that cannot be said.</summary>
    public bool? OnFront { get; init; }
}

/// <summary>A judge as the results name it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Counts">What a hit is.</param>
/// <param name="Threshold">Score from which on a reply is a hit.</param>
/// <param name="Aim">What the policies are meant to do with its rate.</param>
/// <param name="Chose">Whether the policies were chosen with it.</param>
public sealed record JudgeSummary(string Name, string Kind, string Counts, double Threshold, JudgeAim Aim, bool Chose);
