using System.Runtime.InteropServices;

namespace Steering.Catalogues;

/// <summary>What is known about one feature.</summary>
/// <param name="Latent">Index of the latent, 0-based.</param>
/// <param name="Fired">Number of tokens on which it was active; 0: dead on that text.</param>
/// <param name="MaxActivation">Largest activation, 0 where it never was positive: the unit of strengths.</param>
/// <param name="MeanActivation">Mean activation over the tokens on which it was active.</param>
/// <param name="Nearest">Latent with the most similar decoder direction, or null where that was not computed.</param>
/// <param name="NearestCosine">Cosine of the two decoder directions; 0 without <paramref name="Nearest"/>.</param>
/// <param name="Label">What it is called, or null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CatalogueFeature(int Latent, long Fired, float MaxActivation, float MeanActivation, int? Nearest, float NearestCosine, string? Label);
