using Steering.Saes;
using Steering.Training.Llama;
using Steering.Training.Selection;

namespace SandboxModel.Policies;

/// <summary>What an autoencoder's features do to the difference of two continuations' log-probabilities, to first order.</summary>
internal sealed class FeatureEffects
{
    private FeatureEffects(double[] gain, double[] push) => (Gain, Push) = (gain, push);

    /// <summary>Of each feature: what it contributes where it is active (gradient · activation · decoder row).</summary>
    public double[] Gain { get; }

    /// <summary>Of each feature: what a push along its decoder row does, per unit of its length, at every position but the first.</summary>
    public double[] Push { get; }

    /// <summary>Measures the features that ever fired; the others stay at 0.</summary>
    public static FeatureEffects Measure(LlamaModel model, int blocks, SparseAutoencoder sae, IReadOnlyList<ContinuationPair> pairs, CancellationToken cancellation)
    {
        var gain = new double[sae.LatentCount];
        var mean = new float[sae.HiddenSize];
        foreach (var pair in pairs)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(pair.Wanted, 1.0 / pairs.Count);
            Add(pair.Unwanted, -1.0 / pairs.Count);

            void Add(IReadOnlyList<int> continuation, double weight)
            {
                var (residual, gradient) = OutputGradient.OfContinuation(model, blocks, pair.Prompt, continuation);
                var tokens = pair.Prompt.Count + continuation.Count;
                var activations = sae.EncodeSparse(residual, tokens);
                for (var token = 1; token < tokens; token++)
                {
                    var slope = gradient.AsSpan(token * sae.HiddenSize, sae.HiddenSize);
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(slope, (float)weight, mean, mean);
                    var indices = activations.Indices(token);
                    var values = activations.Values(token);
                    for (var active = 0; active < indices.Length; active++)
                    {
                        gain[indices[active]] += weight * values[active] * Product(sae.DecoderDirection(indices[active]), slope);
                    }
                }
            }
        }

        var push = new double[sae.LatentCount];
        for (var latent = 0; latent < push.Length; latent++)
        {
            var row = sae.DecoderDirection(latent);
            push[latent] = sae.MaxActivation(latent) is > 0 ? Product(row, mean) / Math.Sqrt(Product(row, row)) : 0;
        }

        return new FeatureEffects(gain, push);
    }

    /// <summary>The features with the largest effects above 0.</summary>
    public static int[] Largest(double[] effects, int count) =>
        [.. Enumerable.Range(0, effects.Length).Where(latent => effects[latent] > 0).OrderByDescending(latent => effects[latent]).Take(count)];

    /// <summary>The features with the smallest effects below 0.</summary>
    public static int[] Smallest(double[] effects, int count) =>
        [.. Enumerable.Range(0, effects.Length).Where(latent => effects[latent] < 0).OrderBy(latent => effects[latent]).Take(count)];

    private static double Product(ReadOnlySpan<float> one, ReadOnlySpan<float> other) => System.Numerics.Tensors.TensorPrimitives.Dot(one, other);
}
