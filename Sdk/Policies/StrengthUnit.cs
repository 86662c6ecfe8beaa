namespace Steering.Policies;

/// <summary>What the value of an intervention, or the threshold of a gate, is measured in.</summary>
public enum StrengthUnit
{
    /// <summary>As it is: activations as the encoder gives them, lengths in the residual stream for directions.</summary>
    Raw,

    /// <summary>
    /// Multiples of the feature's largest activation on the texts of its statistics: portable between features and
    /// layers, and the default for features (Templeton et al. 2024; AxBench). Sensible strengths lie within ±5.
    /// </summary>
    MaxActivation,

    /// <summary>Fractions of ‖x‖₂ of the token that is edited; the direction of the edit has unit norm.</summary>
    ResidualNorm,
}
