namespace Steering.Analysis.Experiments;

/// <summary>What was measured of one condition.</summary>
public sealed record ConditionResult
{
    /// <summary>Name of the condition.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ConditionKind Kind { get; init; }

    /// <summary>The policy under test that it is or is the control of.</summary>
    public string? Policy { get; init; }

    /// <summary>What was chosen on the way, for people.</summary>
    public string? Remark { get; init; }

    /// <summary>Number of replies.</summary>
    public required int Replies { get; init; }

    /// <summary>Mean number of tokens of a reply, the end token included.</summary>
    public required double Tokens { get; init; }

    /// <summary>Mean number of steps of a reply: parts between blank lines.</summary>
    public required double Steps { get; init; }

    /// <summary>Share of replies that the model ended before the largest length.</summary>
    public required double Ended { get; init; }

    /// <summary>Mean weighted entropy of a reply's word pairs and triples, in bits (<see cref="NgramEntropy"/>): low where a reply repeats itself.</summary>
    public required double NgramEntropy { get; init; }

    /// <summary>Perplexity of the replies under the unsteered model, given the plain prompts.</summary>
    public required PerplexityResult Perplexity { get; init; }

    /// <summary>Perplexity of the neutral text under this condition; null where the experiment names none.</summary>
    public PerplexityResult? Text { get; init; }

    /// <summary>Multiple choice; null where the experiment names none.</summary>
    public ChoiceResult? Choices { get; init; }

    /// <summary>The judges, in the experiment's order.</summary>
    public required IReadOnlyList<JudgeResult> Judges { get; init; }
}

/// <summary>How many verdicts a condition changed against the unsteered model, answered with the same draws, and how many for the worse (CorrSteer's side-effect rate, arXiv 2508.12535).</summary>
/// <param name="Changed">Pairs whose verdicts differ.</param>
/// <param name="Worsened">Those of them where the condition has the worse one.</param>
/// <param name="Rate">Worsened divided by changed; null where nothing changed.</param>
public sealed record SideEffects(int Changed, int Worsened, double? Rate)
{
    /// <summary>Counts pairs.</summary>
    /// <param name="pairs">Whether the unsteered and the condition's reply are good.</param>
    internal static SideEffects Of(IEnumerable<(bool Before, bool After)> pairs)
    {
        var (changed, worsened) = (0, 0);
        foreach (var (before, after) in pairs)
        {
            changed += before != after ? 1 : 0;
            worsened += before && !after ? 1 : 0;
        }

        return new SideEffects(changed, worsened, changed == 0 ? null : (double)worsened / changed);
    }
}
