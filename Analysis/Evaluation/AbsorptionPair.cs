using System.Runtime.InteropServices;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// A pair in which one latent is likely to do another's work. Our definition: the decoder directions have a cosine of at
/// least <see cref="LeastCosine"/> (and are no near duplicates); the absorbed latent fires at least as often as the
/// absorber; were they independent, at least <see cref="LeastExpected"/> tokens would have both; at most
/// <see cref="LargestLift"/> of that number do; and what the absorber writes along the absorbed direction is at least
/// <see cref="LeastShare"/> of what the absorbed one writes when it fires, on the mean.
/// </summary>
/// <param name="Absorber">The rarer latent that fires instead.</param>
/// <param name="Absorbed">The more general latent that stays silent.</param>
/// <param name="Cosine">Cosine of their decoder directions.</param>
/// <param name="Lift">Tokens on which both fire, over the number expected of independent latents.</param>
/// <param name="Share">mean activation · ‖w‖ · cosine of the absorber over mean activation · ‖w‖ of the absorbed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AbsorptionPair(int Absorber, int Absorbed, double Cosine, double Lift, double Share)
{
    /// <summary>Smallest cosine of the decoder directions.</summary>
    public const double LeastCosine = 0.3;

    /// <summary>Fewest tokens expected with both, below which silence proves nothing.</summary>
    public const double LeastExpected = 5;

    /// <summary>Largest lift.</summary>
    public const double LargestLift = 0.5;

    /// <summary>Smallest share.</summary>
    public const double LeastShare = 0.4;
}
