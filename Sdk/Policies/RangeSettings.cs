namespace Steering.Policies;

/// <summary>The numbers of <see cref="SteeringOperator.RangeMask"/> and <see cref="SteeringOperator.Dampen"/> (NeuronLens).</summary>
public sealed record RangeSettings
{
    /// <summary>Factor of dampening at the edge of the range where none is given.</summary>
    public const float UsualBeta = 0.125f;

    /// <summary>Half width τ of the range in standard deviations, above 0. Default 2.</summary>
    public float Tau { get; init; } = 2;

    /// <summary>Factor β of dampen at the edge of the range; null is <see cref="UsualBeta"/>.</summary>
    public float? Beta { get; init; }

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
}
