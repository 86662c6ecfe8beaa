using System.Runtime.InteropServices;

namespace Steering.Analysis.Evaluation;

/// <summary>A latent and the most similar one of another autoencoder.</summary>
/// <param name="Latent">The latent.</param>
/// <param name="Counterpart">The most similar latent of the other.</param>
/// <param name="Cosine">Cosine of their decoder directions.</param>
/// <param name="Mutual">Whether the counterpart's most similar latent is this one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LatentMatch(int Latent, int Counterpart, float Cosine, bool Mutual);
