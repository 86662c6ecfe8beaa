namespace Steering.Policies;

/// <summary>P(concept | activation) of one feature, as a policy carries it: numbers alone, so that nothing else is needed at run time.</summary>
public abstract record FeaturePosterior
{
    private protected FeaturePosterior()
    {
    }

    /// <summary>
    /// Largest difference between the factor on the activation in the graph and that of the offline function, measured when
    /// the policy was made; null where it was not.
    /// </summary>
    public float? Error { get; init; }
}

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

/// <summary>A posterior as a table: linear between knots, constant before the first and behind the last.</summary>
public sealed record TableFeaturePosterior : FeaturePosterior
{
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
}
