namespace Steering.Policies;

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
