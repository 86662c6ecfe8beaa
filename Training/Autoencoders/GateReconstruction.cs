namespace Steering.Training.Autoencoders;

/// <summary>What a Gated autoencoder's gates are trained by, beside the penalty.</summary>
public enum GateReconstruction
{
    /// <summary>
    /// The gates' reconstruction with the decoder as a constant (arXiv 2404.16014): else the decoder would be drawn to
    /// activations that the penalty has shrunk.
    /// </summary>
    DecoderFixed,

    /// <summary>As SAELens 6 has it: the decoder learns from it too, and per-token normalisation is left out of it.</summary>
    SaeLens,
}
