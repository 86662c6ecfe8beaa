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
