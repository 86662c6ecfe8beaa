namespace Steering.Policies;

/// <summary>
/// The numbers of <see cref="SteeringOperator.Attenuate"/>: a' = a·(1 − s·P)^γ, with P taken as 0 below the floor θ. APP
/// (arXiv 2508.15094, in our reconstruction) is the default; strength, exponent and floor are ours.
/// </summary>
public sealed record AttenuationSettings
{
    /// <summary>Strength s. Default 1. Below 0 it amplifies what belongs to the concept.</summary>
    public float Strength { get; init; } = 1;

    /// <summary>Exponent γ, above 0. Default 1. Another one needs a strength in (0, 1].</summary>
    public float Exponent { get; init; } = 1;

    /// <summary>Floor θ in [0, 1): a posterior below it counts as 0. Default 0.</summary>
    public float Floor { get; init; }

    /// <summary>One posterior a feature, in the target's order.</summary>
    public required IReadOnlyList<FeaturePosterior> Posteriors
    {
        get;
        init => field = ValueList<FeaturePosterior>.Of(value);
    }
}
