namespace Steering.Policies;

/// <summary>A gate that opens where the activation of one feature, or of one probe direction, exceeds a threshold.</summary>
public abstract record ActivationGate : Gate
{
    private protected ActivationGate()
    {
    }

    /// <summary>One feature, or one direction; a direction is read as the plain product x·direction unless it is to be normalised.</summary>
    public required InterventionTarget Target { get; init; }

    /// <summary>Threshold, strict; not negative for a feature, whose activation never is.</summary>
    public required float Threshold { get; init; }

    /// <summary>
    /// Unit of the threshold, <see cref="StrengthUnit.Raw"/> or <see cref="StrengthUnit.MaxActivation"/>; null is the
    /// latter for a feature and the former for a direction.
    /// </summary>
    public StrengthUnit? Unit { get; init; }
}
