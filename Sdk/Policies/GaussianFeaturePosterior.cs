namespace Steering.Policies;

/// <summary>
/// Gaussian densities of the active values under C concepts, the attenuated one first:
/// P = w₀N(a; m₀, d₀) / Σ w_c N(a; m_c, d_c). With two concepts it is a logistic of a quadratic, which the graph computes.
/// </summary>
public sealed record GaussianFeaturePosterior : FeaturePosterior
{
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
}
