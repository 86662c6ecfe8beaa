using Steering.Training.Autoencoders;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>One small autoencoder of every kind, with parameters that leave no path unused.</summary>
internal static class KindCases
{
    public const int Width = 12;
    public const int Latents = 40;

    public static IEnumerable<SaeKindSettings> All =>
    [
        new ReluSettings(),
        new GatedSettings(),
        new JumpReluSettings(),
        new TopKSettings { K = 5 },
        new AbsTopKSettings { K = 5 },
        new BatchTopKSettings { K = 4.5 },
        new MatryoshkaSettings { K = 4.5 },
    ];

    public static Tensor Batch(int tokens = 64, int seed = 3)
    {
        using var generator = new Generator((ulong)seed);
        return randn([tokens, Width], ScalarType.Float32, generator: generator) * 2 + 0.5;
    }

    public static SaeWeights Weights(SaeKind kind, int seed = 5)
    {
        var weights = kind.Initialise(Latents, Batch(), new SaeInitialisation { Seed = seed });
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed + 1);
        foreach (var (_, tensor) in weights.Named)
        {
            _ = tensor.add_(randn(tensor.shape, ScalarType.Float32, generator: generator) * 0.1);
        }

        kind.Project(weights);
        return weights;
    }

    /// <summary>[D] bool with every third latent dead.</summary>
    public static Tensor Dead() => arange(Latents).remainder(3).eq(0);

    public static float[] Floats(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
