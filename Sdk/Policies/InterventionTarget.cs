namespace Steering.Policies;

/// <summary>What an intervention edits, or a gate looks at: <see cref="FeatureTarget"/> or <see cref="DirectionTarget"/>.</summary>
public abstract record InterventionTarget
{
    private protected InterventionTarget()
    {
    }
}
