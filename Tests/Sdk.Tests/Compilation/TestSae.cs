using Steering.Saes;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>
/// A small random SAE together with its own plain encoder in double precision, which the tests hold against what the
/// compiled rows do.
/// </summary>
internal sealed class TestSae
{
    public const int Width = 24;
    public const int Latents = 64;
    public const int Places = 6;
    public const string Site = "resid_post.3";

    private readonly SaeArchitecture _architecture;
    private readonly float[] _encoder;
    private readonly float[] _encoderBias;
    private readonly float[] _decoderBias;
    private readonly float[] _threshold;

    public TestSae(SaeArchitecture architecture, int seed = 1, string? hook = "blocks.3.hook_resid_post", float[]? maxActivation = null, string? model = null)
    {
        var random = new Random(seed);
        _architecture = architecture;
        _encoder = TestData.Normal(random, Latents * Width, 1 / Math.Sqrt(Width));
        _encoderBias = TestData.Normal(random, Latents, 0.3);
        _decoderBias = TestData.Normal(random, Width, 0.3);
        _threshold = architecture is SaeArchitecture.JumpRelu ? [.. TestData.Normal(random, Latents, 0.5).Select(MathF.Abs)] : [];
        Decoder = TestData.Normal(random, Latents * Width, 0.4);
        Sae = SparseAutoencoder.Create(
            new SaeParameters
            {
                Source = "test-sae",
                Architecture = architecture,
                HiddenSize = Width,
                LatentCount = Latents,
                Encoder = [.. _encoder],
                EncoderBias = [.. _encoderBias],
                Decoder = [.. Decoder],
                DecoderBias = [.. _decoderBias],
                Threshold = [.. _threshold],
                K = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK ? Places : 0,
                HookName = hook,
                ModelName = model,
            },
            maxActivation is null ? null : new SaeStatistics { MaxActivation = maxActivation, TokenCount = 1000 });
    }

    public SparseAutoencoder Sae { get; }

    /// <summary>[D, d].</summary>
    public float[] Decoder { get; }

    /// <summary>Activations of one token, by the definition of the architecture.</summary>
    public double[] Encode(ReadOnlySpan<float> x)
    {
        var z = new double[Latents];
        for (var latent = 0; latent < Latents; latent++)
        {
            z[latent] = _encoderBias[latent];
            for (var index = 0; index < Width; index++)
            {
                z[latent] += ((double)x[index] - _decoderBias[index]) * _encoder[(latent * Width) + index];
            }
        }

        var keep = z.OrderDescending().Take(Places).ToHashSet();
        return [.. z.Select((value, latent) => value > Threshold(latent) && (_architecture != SaeArchitecture.TopK || keep.Contains(value)) ? value : 0)];
    }

    private double Threshold(int latent) => _threshold.Length == 0 ? 0 : _threshold[latent];
}
