using Steering.Saes;

namespace Steering.Benchmarks;

/// <summary>Autoencoders of random weights, for costs that do not depend on what the features mean.</summary>
internal static class RandomSae
{
    /// <summary>Latents that are active on about half the tokens.</summary>
    public static SparseAutoencoder JumpRelu(int width, int latents) => Create(SaeArchitecture.JumpRelu, width, latents, k: 0);

    /// <summary>k active latents a token.</summary>
    public static SparseAutoencoder TopK(int width, int latents, int k) => Create(SaeArchitecture.TopK, width, latents, k);

    private static SparseAutoencoder Create(SaeArchitecture architecture, int width, int latents, int k)
    {
        var random = new Random(7);
        float[] Numbers(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = "random weights",
            Architecture = architecture,
            HiddenSize = width,
            LatentCount = latents,
            Encoder = Numbers(latents * width, 0.2),
            Decoder = Numbers(latents * width, 0.2),
            EncoderBias = new float[latents],
            DecoderBias = new float[width],
            Threshold = architecture == SaeArchitecture.JumpRelu ? new float[latents] : [],
            K = k,
        });
    }
}
