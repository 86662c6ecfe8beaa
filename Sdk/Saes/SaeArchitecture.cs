using System.Runtime.InteropServices;

namespace Steering.Saes;

/// <summary>How a sparse autoencoder turns pre-activations z into activations.</summary>
public enum SaeArchitecture
{
    /// <summary>ReLU(z).</summary>
    Standard,

    /// <summary>A gate decides which latents are active, a second affine of the same projection says how much (arXiv 2404.16014).</summary>
    Gated,

    /// <summary>z where z exceeds the latent's threshold, strictly (arXiv 2407.14435).</summary>
    JumpRelu,

    /// <summary>BatchTopK at inference: z where z exceeds the threshold learnt in training (arXiv 2412.06410).</summary>
    BatchTopK,

    /// <summary>BatchTopK whose prefixes are autoencoders of their own (arXiv 2503.17547); at inference as <see cref="BatchTopK"/>.</summary>
    MatryoshkaBatchTopK,

    /// <summary>The k largest z of the token, where positive (arXiv 2406.04093).</summary>
    TopK,

    /// <summary>The k entries of largest |z| with their sign (arXiv 2510.00404).</summary>
    AbsTopK,

    /// <summary>Greedy pursuit over the decoder rows, one latent at a time (arXiv 2506.03093).</summary>
    MatchingPursuit,
}

/// <summary>One active latent of a token.</summary>
/// <param name="Latent">Index of the latent, 0-based.</param>
/// <param name="Activation">Its activation as <see cref="SparseAutoencoder.Encode"/> returns it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LatentActivation(int Latent, float Activation);
