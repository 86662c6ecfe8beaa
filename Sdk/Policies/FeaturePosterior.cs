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
