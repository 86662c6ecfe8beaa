using Steering.Analysis.Experiments;
using Steering.Analysis.Selection;

namespace Steering.Analysis.Erasure;

/// <summary>How ways to remove a concept are compared.</summary>
public sealed record RemovalOptions
{
    /// <summary>The classes that are removed, one after the other.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>By what removals are matched.</summary>
    public RemovalMeasure Measure { get; init; }

    /// <summary>The share of right answers to the target's questions, or of the confidence in them, that every method is to take away, 0 to 1 exclusive.</summary>
    public double Removal { get; init; } = 0.5;

    /// <summary>How far from it a method may stay and still count as matched.</summary>
    public double Tolerance { get; init; } = 0.05;

    /// <summary>By what the features are ranked.</summary>
    public FeatureRanking Ranking { get; init; } = FeatureRanking.Auroc;

    /// <summary>The most features that are edited.</summary>
    public int LargestCount { get; init; } = 512;

    /// <summary>Share of each class's questions that statistics, directions and doses are fitted on (NeuronLens: 0.8).</summary>
    public double FitShare { get; init; } = 0.8;

    /// <summary>The most questions of the target, of those fitted on, that doses are found with.</summary>
    public int DoseQuestions { get; init; } = 100;

    /// <summary>The most questions of each class that are measured; null for all that are held out.</summary>
    public int? HeldOut { get; init; }

    /// <summary>Seed of the division, of the random features and of the intervals (NeuronLens: 42).</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The text that asks the model to leave the concept out, with <c>{target}</c> for its name; null leaves prompting out.</summary>
    public string? Prompting { get; init; }

    /// <summary>Whether a choice's log-likelihood is divided by its number of tokens.</summary>
    public bool PerToken { get; init; }

    /// <summary>Neutral text whose perplexity is measured; null for none.</summary>
    public TextSettings? Text { get; init; }

    /// <exception cref="SteeringException">A number is outside its range, or no class is named.</exception>
    internal void Check()
    {
        if (Targets.Count == 0 || Targets.Distinct(StringComparer.Ordinal).Count() < Targets.Count)
        {
            throw new SteeringException($"The classes to remove are '{string.Join("', '", Targets)}'; name at least one, each once.");
        }

        Require(Removal is > 0 and < 1, "removal", Removal, "between 0 and 1");
        Require(Tolerance is > 0 and < 1, "tolerance", Tolerance, "between 0 and 1");
        Require(FitShare is > 0 and < 1, "share to fit on", FitShare, "between 0 and 1");
        Require(LargestCount is >= 1 and <= Policies.SteeringPolicy.MaximumFeatures, "largest number of features", LargestCount, $"1 to {Policies.SteeringPolicy.MaximumFeatures}");
        Require(DoseQuestions >= 1, "number of questions to find doses with", DoseQuestions, "at least 1");
        Require(HeldOut is null or >= 1, "number of questions to measure", HeldOut ?? 1, "at least 1");
    }

    private static void Require(bool holds, string name, double given, string expected)
    {
        if (!holds)
        {
            throw new SteeringException(FormattableString.Invariant($"The {name} is {given}; it must be {expected}."));
        }
    }
}

/// <summary>The removal of one class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Features">The features in the order in which they are taken, at most as many as may be edited.</param>
/// <param name="FeaturesPassedOver">How many ranked features no method uses because their posterior cannot be followed by the graph.</param>
/// <param name="Conditions">The unsteered model, then the methods.</param>
public sealed record RemovalTarget(string Name, IReadOnlyList<int> Features, int FeaturesPassedOver, IReadOnlyList<RemovalCondition> Conditions);

/// <summary>A way to remove a concept from what a model knows.</summary>
public enum RemovalMethod
{
    /// <summary>The concept's features are set to 0 wherever they are active.</summary>
    FullMask,

    /// <summary>They are set to 0 within the range that they have under the concept (NeuronLens, τ = 2).</summary>
    RangeMask,

    /// <summary>They are dampened within that range (NeuronLens, τ = 2, β = 0.125).</summary>
    Dampen,

    /// <summary>They are attenuated by posterior probability (APP, arXiv 2508.15094).</summary>
    Attenuate,

    /// <summary>One dense direction, the difference of the means of the concept's and the other texts, is taken out of the residual stream.</summary>
    DiffMean,

    /// <summary>The full mask on as many features drawn at random that fire about as often: the control, at the full mask's dose.</summary>
    Random,

    /// <summary>The model as it is, asked by a text before the question: no dose, so not matched.</summary>
    Prompting,
}
