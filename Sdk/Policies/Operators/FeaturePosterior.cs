using System.Text.Json;

namespace Steering.Policies.Operators;

/// <summary>P(concept | activation) of one feature, as a policy carries it: numbers alone, so that nothing else is needed at run time.</summary>
public abstract record FeaturePosterior
{
    /// <summary>Most knots of a table.</summary>
    private protected const int MaximumKnots = 4096;

    /// <summary>Most concepts of a posterior.</summary>
    private protected const int MaximumConcepts = 1024;

    private protected FeaturePosterior()
    {
    }

    /// <summary>
    /// Largest difference between the factor on the activation in the graph and that of the offline function, measured when
    /// the policy was made; null where it was not.
    /// </summary>
    public float? Error { get; init; }

    /// <summary>Reads a posterior; null when problems were noted.</summary>
    internal static FeaturePosterior? Read(PolicyElement element)
    {
        FeaturePosterior? posterior = element.Has("knots") ? TableFeaturePosterior.ReadTable(element) : GaussianFeaturePosterior.ReadGaussian(element);
        return posterior is null ? null : posterior with { Error = element.Number("error") };
    }

    /// <summary>Writes it as a value.</summary>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteNumbers(writer);
        PolicyWriter.WriteNumber(writer, "error", Error);
        writer.WriteEndObject();
    }

    /// <summary>Notes what is wrong with its numbers.</summary>
    internal void Check(OperatorCheck check)
    {
        CheckNumbers(check);
        check.At("error").Require(Error is null or (>= 0 and <= 1), $"{Error} is no error of a factor; it lies between 0 and 1.");
    }

    private protected abstract void WriteNumbers(Utf8JsonWriter writer);

    private protected abstract void CheckNumbers(OperatorCheck check);
}

/// <summary>
/// Gaussian densities of the active values under C concepts, the attenuated one first:
/// P = w₀N(a; m₀, d₀) / Σ w_c N(a; m_c, d_c). With two concepts it is a logistic of a quadratic, which the graph computes.
/// </summary>
public sealed record GaussianFeaturePosterior : FeaturePosterior
{
    /// <summary>Its fields in JSON.</summary>
    internal static readonly string[] Fields = ["weights", "means", "deviations", "error"];

    /// <summary>Firing rate × prior of each concept, at least 0; only their ratios count.</summary>
    public required IReadOnlyList<float> Weights
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Mean of the active values under each.</summary>
    public required IReadOnlyList<float> Means
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Their standard deviation, above 0.</summary>
    public required IReadOnlyList<float> Deviations
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    internal static GaussianFeaturePosterior? ReadGaussian(PolicyElement element) =>
        element.IsObject("a posterior of Gaussians (a table has 'knots')", Fields)
        && element.Numbers("weights", MaximumConcepts, out var weights)
        && element.Numbers("means", MaximumConcepts, out var means)
        && element.Numbers("deviations", MaximumConcepts, out var deviations)
            ? new GaussianFeaturePosterior { Weights = weights, Means = means, Deviations = deviations }
            : null;

    private protected override void WriteNumbers(Utf8JsonWriter writer)
    {
        PolicyWriter.WriteNumbers(writer, "weights", Weights);
        PolicyWriter.WriteNumbers(writer, "means", Means);
        PolicyWriter.WriteNumbers(writer, "deviations", Deviations);
    }

    private protected override void CheckNumbers(OperatorCheck check)
    {
        var count = Weights.Count;
        check.Require(count is >= 2 and <= MaximumConcepts && Means.Count == count && Deviations.Count == count, $"{count} weights, {Means.Count} means and {Deviations.Count} deviations; give as many of each, at least two, the attenuated concept first.");
        check.At("weights").Require(Weights.All(weight => weight >= 0 && float.IsFinite(weight)) && Weights.Any(weight => weight > 0), $"the weights must be finite, at least 0 and not all 0.");
        check.At("means").Require(Means.All(float.IsFinite), $"the means must be finite.");
        check.At("deviations").Require(Deviations.All(deviation => deviation > 0 && float.IsFinite(deviation)), $"the deviations must be finite and above 0.");
    }
}

/// <summary>A posterior as a table: linear between knots, constant before the first and behind the last.</summary>
public sealed record TableFeaturePosterior : FeaturePosterior
{
    /// <summary>Its fields in JSON.</summary>
    internal static readonly string[] Fields = ["knots", "values", "error"];

    /// <summary>Activations, ascending, at least 0.</summary>
    public required IReadOnlyList<float> Knots
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Posterior at each knot, in [0, 1].</summary>
    public required IReadOnlyList<float> Values
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    internal static TableFeaturePosterior? ReadTable(PolicyElement element) =>
        element.IsObject("a posterior as a table", Fields)
        && element.Numbers("knots", MaximumKnots, out var knots)
        && element.Numbers("values", MaximumKnots, out var values)
            ? new TableFeaturePosterior { Knots = knots, Values = values }
            : null;

    private protected override void WriteNumbers(Utf8JsonWriter writer)
    {
        PolicyWriter.WriteNumbers(writer, "knots", Knots);
        PolicyWriter.WriteNumbers(writer, "values", Values);
    }

    private protected override void CheckNumbers(OperatorCheck check)
    {
        check.Require(Knots.Count is >= 1 and <= MaximumKnots && Values.Count == Knots.Count, $"{Knots.Count} knots with {Values.Count} values; give as many of each, at least one and at most {MaximumKnots}.");
        check.At("knots").Require(Knots.All(knot => knot >= 0 && float.IsFinite(knot)) && Knots.Zip(Knots.Skip(1)).All(pair => pair.First < pair.Second), $"the knots must ascend from 0 or more.");
        check.At("values").Require(Values.All(value => value is >= 0 and <= 1), $"the values are probabilities between 0 and 1.");
    }
}
