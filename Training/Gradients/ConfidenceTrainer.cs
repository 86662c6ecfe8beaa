using System.Numerics.Tensors;
using Steering.Analysis.Behaviours;
using Steering.Analysis.Statistics;
using Steering.Saes;
using Steering.Training.Llama;
using Steering.Training.Optimisation;

namespace Steering.Training.Gradients;

/// <summary>
/// Learns a confidence shift (RISE, arXiv 2512.23988, eq. 7): S minimises the entropy of the next token when S·W_dec is added
/// to the residual stream after a block, with gradients through the later blocks. The later blocks see one added vector, so
/// the gradient of S is W_dec times the vector's.
/// </summary>
public sealed class ConfidenceTrainer
{
    private readonly LlamaModel _model;
    private readonly int _blocks;
    private readonly float[][] _rows;

    /// <param name="model">The model.</param>
    /// <param name="blocks">The site: how many blocks the residual stream has passed, 0 to all.</param>
    /// <param name="sae">Whose decoder rows are summed; its rows are held in memory, latents · d floats.</param>
    /// <exception cref="SteeringException">The autoencoder is of another width than the model.</exception>
    public ConfidenceTrainer(LlamaModel model, int blocks, SparseAutoencoder sae)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, model.Settings.BlockCount);
        if (sae.HiddenSize != model.Settings.HiddenSize)
        {
            throw new SteeringException($"{sae.Source} has {sae.HiddenSize} components and the model's residual stream {model.Settings.HiddenSize}. Name an autoencoder of this model.");
        }

        (_model, _blocks) = (model, blocks);
        _rows = [.. Enumerable.Range(0, sae.LatentCount).Select(sae.DecoderDirection)];
    }

    /// <summary>Learns a shift.</summary>
    /// <param name="sequences">Token ids, each of at least two; what the entropy is averaged over.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="progress">Told the mean entropy of each step, in nats.</param>
    /// <param name="cancellation">Stops between sequences.</param>
    /// <exception cref="SteeringException">An option is out of range, or a sequence is too short or too long.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public ConfidenceShift Learn(IReadOnlyList<IReadOnlyList<int>> sequences, ConfidenceOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options = (options ?? new ConfidenceOptions()).Checked();
        using var entropy = new NextTokenEntropy(_model, _blocks, sequences, cancellation);
        var shift = new float[_rows.Length];
        var (first, second, slope) = (new float[shift.Length], new float[shift.Length], new float[shift.Length]);
        var order = new SeededRandom(options.Seed, stream: 0);
        for (var step = 0; step < options.Iterations; step++)
        {
            var (value, gradient) = Batch(entropy, Sum(shift), order, options.BatchPositions, cancellation);
            Slope(gradient, shift, (float)options.Penalty, slope);
            var rate = options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / options.Iterations));
            AdamArrays.Apply(new AdamKernel(new AdamSettings(), step + 1, rate), shift, slope, first, second);
            progress?.Report(value);
        }

        int[] latents = [.. Enumerable.Range(0, shift.Length).OrderByDescending(latent => Math.Abs(shift[latent])).ThenBy(latent => latent).Take(options.Columns)];
        var kept = new float[shift.Length];
        foreach (var latent in latents)
        {
            kept[latent] = shift[latent];
        }

        var direction = Sum(kept);
        return new ConfidenceShift(
            latents, [.. latents.Select(latent => kept[latent])], direction, entropy.Mean(new float[direction.Length], cancellation), entropy.Mean(direction, cancellation));
    }

    /// <summary>[d] Σ S_j · row_j.</summary>
    private float[] Sum(float[] shift)
    {
        var sum = new float[_model.Settings.HiddenSize];
        for (var latent = 0; latent < shift.Length; latent++)
        {
            if (shift[latent] != 0)
            {
                TensorPrimitives.MultiplyAdd(_rows[latent], shift[latent], sum, sum);
            }
        }

        return sum;
    }

    /// <summary>Gradient of the entropy and of penalty · Σ|S_j|.</summary>
    private void Slope(float[] gradient, float[] shift, float penalty, float[] slope)
    {
        for (var latent = 0; latent < slope.Length; latent++)
        {
            slope[latent] = TensorPrimitives.Dot(_rows[latent], gradient) + (penalty * MathF.Sign(shift[latent]));
        }
    }

    private static (double Entropy, float[] Gradient) Batch(NextTokenEntropy entropy, float[] push, SeededRandom order, int positions, CancellationToken cancellation)
    {
        var gradient = new float[push.Length];
        var (sum, counted) = (0.0, 0);
        while (counted < positions)
        {
            cancellation.ThrowIfCancellationRequested();
            var (value, slope, count) = entropy.WithGradient(order.Below(entropy.Count), push);
            TensorPrimitives.Add(gradient, slope, gradient);
            (sum, counted) = (sum + value, counted + count);
        }

        TensorPrimitives.Divide(gradient, counted, gradient);
        return (sum / counted, gradient);
    }
}
