namespace Steering.Concepts;

/// <summary>
/// The edits by concept as formulas: what the operators attenuate, rangeMask and dampen do to an activation, computed
/// offline in double precision. Policies carry the same functions into the graph.
/// </summary>
internal static class ConceptEdits
{
    /// <summary>Largest factor of dampening, at the edge of the range (NeuronLens).</summary>
    public const double UsualBeta = 0.125;

    /// <summary>
    /// Attenuation by posterior probability, a' = a·(1 − s·P)^γ with P = 0 where it is below θ. APP (arXiv 2508.15094) is
    /// s = 1, γ = 1, θ = 0; strength, exponent and floor are ours.
    /// </summary>
    /// <param name="activation">Activation a.</param>
    /// <param name="posterior">P(concept | a).</param>
    /// <param name="strength">Strength s.</param>
    /// <param name="exponent">Exponent γ, above 0; other than 1 it needs s·P ≤ 1.</param>
    /// <param name="floor">Floor θ.</param>
    public static double Attenuate(double activation, double posterior, double strength, double exponent = 1, double floor = 0) =>
        activation > 0 ? activation * Factor(posterior, strength, exponent, floor) : activation;

    /// <summary>The factor of <see cref="Attenuate"/> on the activation.</summary>
    /// <inheritdoc cref="Attenuate" path="/param"/>
    public static double Factor(double posterior, double strength, double exponent = 1, double floor = 0)
    {
        var kept = 1 - (strength * (posterior < floor ? 0 : posterior));
        return exponent == 1 ? kept : Math.Pow(Math.Max(0, kept), exponent);
    }

    /// <summary>Range mask (NeuronLens): 0 where a lies within mean ± τ·deviation of the concept, borders included.</summary>
    /// <param name="activation">Activation a.</param>
    /// <param name="mean">Mean under the concept, zeros included.</param>
    /// <param name="deviation">Standard deviation under the concept, zeros included.</param>
    /// <param name="tau">Half width of the range in deviations.</param>
    public static double RangeMask(double activation, double mean, double deviation, double tau) =>
        Inside(activation, mean, deviation, tau) ? 0 : activation;

    /// <summary>Adaptive dampening (NeuronLens): within the range a' = a·β·|a − mean|/(τ·deviation).</summary>
    /// <param name="activation">Activation a.</param>
    /// <param name="mean">Mean under the concept, zeros included.</param>
    /// <param name="deviation">Standard deviation under the concept, zeros included.</param>
    /// <param name="tau">Half width of the range in deviations.</param>
    /// <param name="beta">Factor at the edge of the range.</param>
    public static double Dampen(double activation, double mean, double deviation, double tau, double beta = UsualBeta) =>
        !Inside(activation, mean, deviation, tau) ? activation
        : deviation == 0 ? 0
        : activation * beta * Math.Abs(activation - mean) / (tau * deviation);

    private static bool Inside(double activation, double mean, double deviation, double tau) =>
        activation >= mean - (tau * deviation) && activation <= mean + (tau * deviation);
}
