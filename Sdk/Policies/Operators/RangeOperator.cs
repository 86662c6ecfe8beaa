using System.Text.Json;
using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>
/// An operator that edits the activations that lie within mean ± τ·deviation of a concept, and leaves the others alone
/// (NeuronLens): rangeMask and dampen. Features only. Exact in the graph but for rounding: one row opens at the lower border,
/// one takes it back above the upper one.
/// </summary>
public abstract record RangeOperator : SteeringOperator
{
    private static readonly string[] Fields = ["tau", "beta", "means", "deviations"];

    private protected RangeOperator()
    {
    }

    /// <summary>Half width τ of the range in standard deviations, above 0. Default 2.</summary>
    public float Tau { get; init; } = 2;

    /// <summary>Mean activation under the concept, zeros included: one a feature.</summary>
    public required IReadOnlyList<float> Means
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Standard deviation under the concept, zeros included, at least 0: one a feature.</summary>
    public required IReadOnlyList<float> Deviations
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Factor on the activation at the edge of the range, from where it falls to 0 at the mean.</summary>
    private protected virtual float EdgeFactor => 0;

    internal override string? Unfit(InterventionTarget target) => target is DirectionTarget ? ForMeasuredFeatures : null;

    internal override void CheckNumbers(OperatorCheck check)
    {
        var range = check.At("range");
        range.At("tau").Require(Tau > 0 && float.IsFinite(Tau), $"{Tau} is no half width; give a finite number of deviations above 0, or use fullMask.");
        range.Require(Means.Count == check.Features && Deviations.Count == check.Features, $"{Means.Count} means and {Deviations.Count} deviations for {check.Features} features; give one a feature, in their order.");
        range.At("means").Require(Means.All(float.IsFinite), $"the means must be finite.");
        range.At("deviations").Require(Deviations.All(deviation => deviation >= 0 && float.IsFinite(deviation)), $"the deviations must be finite and at least 0.");
    }

    internal override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("range");
        writer.WriteNumber("tau", Tau);
        WriteMore(writer);
        PolicyWriter.WriteNumbers(writer, "means", Means);
        PolicyWriter.WriteNumbers(writer, "deviations", Deviations);
        writer.WriteEndObject();
    }

    internal override IReadOnlyList<ResponseRow> Responses(int index)
    {
        double mean = Means[index];
        var half = (double)Tau * Deviations[index];
        var (low, high) = (Border(mean - half, upwards: true), Border(mean + half, upwards: false));
        if (high <= 0 || low > high)
        {
            throw new SteeringException(FormattableString.Invariant($"the range {mean - half:G4} to {mean + half:G4} holds no activation above 0, so the feature would never be edited; leave it out, or take a larger tau."));
        }

        var start = low <= 0 ? float.NegativeInfinity : low;
        var beta = half > 0 ? EdgeFactor : 0;
        double Change(float v) => (beta == 0 ? 0 : beta * Math.Abs(v - mean) / half) - 1;

        float[] knots = beta == 0 ? [Math.Max(0, low)] : [.. new SortedSet<float> { Math.Max(0, low), Math.Clamp((float)mean, Math.Max(0, low), high), high }];
        return ResponseRows.Of(
        [
            .. float.IsNegativeInfinity(start) ? (ResponseSegment[])[] : [new ResponseSegment(float.NegativeInfinity, [low], [0])],
            new ResponseSegment(start, knots, Array.ConvertAll(knots, Change)),
            new ResponseSegment(MathF.BitIncrement(high), [high], [0]),
        ]);
    }

    private protected virtual void WriteMore(Utf8JsonWriter writer)
    {
    }

    private protected static OperatorSyntax Taking(string word, Func<IReadOnlyList<float>, IReadOnlyList<float>, PolicyElement, RangeOperator> make) =>
        new(word, ["range"], "its numbers stand under 'range'", element =>
        {
            if (!element.Has("range"))
            {
                return element.Missing<RangeOperator>("range", $"{word} needs a 'range' with the mean and deviation of each feature; 'steer concept select' writes it.");
            }

            if (!element.TryGet("range", out var range)
                || !range.IsObject("a range", Fields)
                || !range.Numbers("means", SteeringPolicy.MaximumFeatures, out var means)
                || !range.Numbers("deviations", SteeringPolicy.MaximumFeatures, out var deviations))
            {
                return null;
            }

            var made = make(means, deviations, range);
            return made with { Tau = range.Number("tau") ?? made.Tau };
        })
        {
            Objects = [("range", Fields)],
        };

    /// <summary>The outermost float that lies within a border.</summary>
    private static float Border(double value, bool upwards)
    {
        var border = (float)value;
        return upwards ? (border < value ? MathF.BitIncrement(border) : border) : border > value ? MathF.BitDecrement(border) : border;
    }
}
