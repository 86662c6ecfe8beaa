using Steering.Saes;

namespace Steering.Tests.Analysis.Behaviours;

/// <summary>Autoencoders that the tests of reasoning can compute by hand.</summary>
internal static class ReasoningSamples
{
    /// <summary>Latent j is the positive part of component j.</summary>
    public static SparseAutoencoder Identity(int width)
    {
        var identity = new float[width * width];
        for (var index = 0; index < width; index++)
        {
            identity[(index * width) + index] = 1;
        }

        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = "identity",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = width,
            LatentCount = width,
            Encoder = identity,
            EncoderBias = new float[width],
            Decoder = identity,
            DecoderBias = new float[width],
        });
    }
}
