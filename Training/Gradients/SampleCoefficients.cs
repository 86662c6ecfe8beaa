using System.Numerics.Tensors;
using Steering.Training.Llama;
using Steering.Training.Optimisation;

namespace Steering.Training.Gradients;

/// <summary>
/// How much of each of a few directions one sample wants: coefficients learned at test time on the sample's own tokens
/// (RISE, arXiv 2512.23988: the top three confidence columns), starting from 0.
/// </summary>
public static class SampleCoefficients
{
    /// <summary>Learns the coefficients of one sample.</summary>
    /// <param name="model">The model.</param>
    /// <param name="blocks">The site.</param>
    /// <param name="directions">Directions [d], at least one.</param>
    /// <param name="sample">Token ids, at least two.</param>
    /// <param name="iterations">Steps of Adam.</param>
    /// <param name="learningRate">Learning rate of the first step; it falls to 0 along a cosine.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>One coefficient for each direction and the mean entropy of the next token before and with them, in nats. Where no step lowered the entropy the coefficients are 0.</returns>
    /// <exception cref="SteeringException">There is no direction, or one is of another width than the model.</exception>
    public static (float[] Coefficients, double Before, double After) Learn(
        LlamaModel model, int blocks, IReadOnlyList<IReadOnlyList<float>> directions, IReadOnlyList<int> sample, int iterations = 50, double learningRate = 0.05, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(iterations);
        var width = model.Settings.HiddenSize;
        if (directions.Count == 0 || directions.Any(direction => direction.Count != width))
        {
            throw new SteeringException(directions.Count == 0 ? "No direction was given; name at least one." : $"A direction has {directions.First(direction => direction.Count != width).Count} components and the model's residual stream {width}.");
        }

        float[][] rows = [.. directions.Select(direction => direction.ToArray())];
        using var entropy = new NextTokenEntropy(model, blocks, [sample], cancellation);
        var (coefficients, slope, first, second) = (new float[rows.Length], new float[rows.Length], new float[rows.Length], new float[rows.Length]);
        var before = entropy.Mean(new float[width], cancellation);
        var (best, least) = (new float[rows.Length], before);
        for (var step = 0; step < iterations; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (sum, gradient, positions) = entropy.WithGradient(0, Combine(rows, coefficients));
            if (sum / positions < least)
            {
                (best, least) = ([.. coefficients], sum / positions);
            }

            for (var row = 0; row < rows.Length; row++)
            {
                slope[row] = TensorPrimitives.Dot(rows[row], gradient) / positions;
            }

            AdamArrays.Apply(new AdamKernel(new AdamSettings(), step + 1, learningRate * 0.5 * (1 + Math.Cos(Math.PI * step / iterations))), coefficients, slope, first, second);
        }

        return (best, before, least);
    }

    private static float[] Combine(float[][] rows, float[] coefficients)
    {
        var sum = new float[rows[0].Length];
        for (var row = 0; row < rows.Length; row++)
        {
            TensorPrimitives.MultiplyAdd(rows[row], coefficients[row], sum, sum);
        }

        return sum;
    }
}
