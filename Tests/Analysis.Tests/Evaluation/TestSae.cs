using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

/// <summary>Small autoencoders.</summary>
internal static class TestSae
{
    /// <summary>ReLU, without biases.</summary>
    /// <param name="encoder">One row a latent.</param>
    /// <param name="decoder">One row a latent.</param>
    public static SparseAutoencoder Relu(float[][] encoder, float[][] decoder) => SparseAutoencoder.Create(new SaeParameters
    {
        Source = "test",
        Architecture = SaeArchitecture.Standard,
        HiddenSize = encoder[0].Length,
        LatentCount = encoder.Length,
        Encoder = [.. encoder.SelectMany(row => row)],
        Decoder = [.. decoder.SelectMany(row => row)],
        EncoderBias = new float[encoder.Length],
        DecoderBias = new float[encoder[0].Length],
        ApplyDecoderBiasToInput = false,
        HookName = "blocks.0.hook_resid_post",
    });

    /// <summary>ReLU with random rows.</summary>
    public static SparseAutoencoder Random(int latents, int width, int seed)
    {
        var random = new Random(seed);
        float[][] Rows() => [.. Enumerable.Range(0, latents).Select(_ => Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())];
        return Relu(Rows(), Rows());
    }

    public static float[] RandomRows(int rows, int width, int seed, float offset = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * width).Select(_ => (float)(random.NextDouble() - 0.5) + offset)];
    }
}
