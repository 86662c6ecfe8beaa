using System.Runtime.InteropServices;

namespace Steering.Saes;

/// <summary>One active latent of a token.</summary>
/// <param name="Latent">Index of the latent, 0-based.</param>
/// <param name="Activation">Its activation as <see cref="SparseAutoencoder.Encode"/> returns it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LatentActivation(int Latent, float Activation);
