namespace Steering.Export.Saes;

/// <summary>What <see cref="SaeFolding"/> moves into the weights.</summary>
[Flags]
public enum SaeFolds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The global factor on the input, so that the weights read and write unscaled residuals.</summary>
    Scale = 1,

    /// <summary>The norms of the decoder rows, so that each row has norm 1 and activations are in units of the residual.</summary>
    DecoderNorm = 2,

    /// <summary>The decoder bias subtracted from the input, into the encoder bias.</summary>
    InputBias = 4,

    /// <summary>The gate: a gated autoencoder becomes the JumpReLU that computes the same.</summary>
    Gated = 8,
}
