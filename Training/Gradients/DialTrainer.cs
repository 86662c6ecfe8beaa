using System.Numerics.Tensors;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Saes;
using Steering.Training.Llama;
using Steering.Training.Optimisation;

namespace Steering.Training.Gradients;

/// <summary>
/// Learns how to turn the features of an autoencoder so that given texts become likelier, or less likely, or stay
/// (<see cref="DialAim"/>): for each feature a gain, a' = g·a, and a push, a' = a + v, that together minimise
/// Σ weight · loss(token) + penalty · (mean movement of the residual stream) when x' = x + Σ (a' − a)·d, with gradients
/// through the later blocks. The weights of the model and of the autoencoder are never touched, the reconstruction error is
/// kept, and what comes out is a policy of a few <c>scale</c> and <c>add</c> edits. The form is ours; it stands to a
/// confidence shift (RISE, arXiv 2512.23988, eq. 7) as likelihood to entropy.
/// </summary>
public sealed class DialTrainer : IDialLearner
{
    /// <summary>A push of 1 in the optimiser, in multiples of the largest activation: gains and pushes then move at one rate.</summary>
    private const float PushUnit = 0.1f;

    /// <summary>Steps' worth of texts that pushes are screened on.</summary>
    private const int ScreenPasses = 16;

    private readonly LlamaModel _model;
    private readonly int _blocks;
    private readonly SparseAutoencoder _sae;
    private readonly float[][] _rows;

    /// <param name="model">The model.</param>
    /// <param name="blocks">The site: how many blocks the residual stream has passed, 0 to all.</param>
    /// <param name="sae">The autoencoder, with statistics; its decoder rows are held in memory.</param>
    /// <exception cref="SteeringException">The autoencoder is of another width than the model, or has no statistics.</exception>
    public DialTrainer(LlamaModel model, int blocks, SparseAutoencoder sae)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, model.Settings.BlockCount);
        if (sae.HiddenSize != model.Settings.HiddenSize)
        {
            throw new SteeringException($"{sae.Source} has {sae.HiddenSize} components and the model's residual stream {model.Settings.HiddenSize}. Name an autoencoder of this model.");
        }

        _ = sae.Statistics ?? throw new SteeringException($"{sae.Source} has no statistics, which give pushes their unit. Make them with 'steer sae stats'.");
        (_model, _blocks, _sae) = (model, blocks, sae);
        _rows = [.. Enumerable.Range(0, sae.LatentCount).Select(sae.DecoderDirection)];
    }

    /// <inheritdoc/>
    public LearnedDials Learn(IReadOnlyList<DialExample> examples, DialOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options = (options ?? new DialOptions()).Checked();
        var texts = new DialTexts(_model, _blocks, _sae, examples, cancellation);
        var prices = Prices(texts, options);
        var (dials, slope) = (new float[prices.Length], new float[prices.Length]);
        var (first, second) = (new float[prices.Length], new float[prices.Length]);
        var live = Array.ConvertAll(prices, price => price > 0);
        var order = new SeededRandom(options.Seed, stream: 0);
        Screen(texts, prices, live, options, order, cancellation);
        for (var step = 0; step < options.Iterations; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] batch = [.. Enumerable.Range(0, options.BatchExamples).Select(_ => order.Below(texts.Count))];
            var (loss, weight, gradients) = texts.Run(batch, (text, edits) => Edit(texts.Activations[text], dials, options.PushGate, edits), withGradient: true);
            Slope(texts, batch, gradients, options.PushGate, slope);
            for (var dial = 0; dial < dials.Length; dial++)
            {
                slope[dial] = live[dial] ? (float)((slope[dial] / Math.Max(weight, 1e-6)) + (options.Penalty * prices[dial] * Math.Sign(dials[dial]))) : 0;
            }

            var rate = options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / options.Iterations));
            AdamArrays.Apply(new AdamKernel(new AdamSettings(), step + 1, rate), dials, slope, first, second);
            Bound(dials, live, options);
            if (Survivors(step, options) is { } survivors)
            {
                Prune(dials, prices, live, survivors);
            }

            progress?.Report(loss / Math.Max(weight, 1e-6));
        }

        return new LearnedDials(
            [
                .. Enumerable.Range(0, dials.Length).Where(dial => dials[dial] != 0).OrderByDescending(dial => Math.Abs(dials[dial]) * prices[dial]).ThenBy(dial => dial)
                    .Select(dial => new LearnedDial(
                        dial % _rows.Length, dial >= _rows.Length, dial >= _rows.Length ? PushUnit * dials[dial] : 1 + dials[dial], Math.Abs(dials[dial]) * prices[dial])),
            ],
            Loss(texts, new float[dials.Length], options.PushGate, cancellation),
            Loss(texts, dials, options.PushGate, cancellation),
            options.PushGate);
    }

    /// <summary>
    /// [2 · latents] how far a dial at 1 moves the residual stream, as a mean over tokens and a share of its mean norm: gains,
    /// then pushes. 0 where it cannot be turned, since the feature never fires.
    /// </summary>
    private double[] Prices(DialTexts texts, DialOptions options)
    {
        var sums = new double[_rows.Length];
        var (tokens, pushed) = (0L, 0L);
        foreach (var activations in texts.Activations)
        {
            for (var token = 1; token < activations.Tokens; token++)
            {
                var latents = activations.Indices(token);
                var values = activations.Values(token);
                for (var active = 0; active < latents.Length; active++)
                {
                    sums[latents[active]] += Math.Abs(values[active]);
                }

                pushed += IsPushed(options.PushGate, latents, values) ? 1 : 0;
            }

            tokens += activations.Tokens - 1;
        }

        var norm = texts.MeanNorm();
        var prices = new double[2 * _rows.Length];
        for (var latent = 0; latent < _rows.Length; latent++)
        {
            var length = TensorPrimitives.Norm<float>(_rows[latent]) / norm;
            prices[latent] = options.Gains ? sums[latent] / tokens * length : 0;
            prices[_rows.Length + latent] = options.Pushes ? PushUnit * (_sae.MaxActivation(latent) ?? 0) * length * pushed / tokens : 0;
        }

        return prices;
    }

    /// <summary>Adds Σ (a' − a)·d to every token but the first, which policies leave alone.</summary>
    private void Edit(SparseActivations activations, float[] dials, DialGate? gate, Span<float> edits)
    {
        var size = _sae.HiddenSize;
        var push = new float[size];
        for (var latent = 0; latent < _rows.Length; latent++)
        {
            if (dials[_rows.Length + latent] is var dial && dial != 0)
            {
                TensorPrimitives.MultiplyAdd(_rows[latent], dial * PushUnit * _sae.RequireMaxActivation(latent), push, push);
            }
        }

        for (var token = 1; token < activations.Tokens; token++)
        {
            var edit = edits.Slice(token * size, size);
            push.CopyTo(edit);
            var latents = activations.Indices(token);
            var values = activations.Values(token);
            for (var active = 0; active < latents.Length; active++)
            {
                if (dials[latents[active]] is var dial && dial != 0)
                {
                    TensorPrimitives.MultiplyAdd(_rows[latents[active]], dial * values[active], edit, edit);
                }
            }
        }
    }

    /// <summary>The chain rule of <see cref="Edit"/>.</summary>
    private void Slope(DialTexts texts, int[] batch, float[][] gradients, DialGate? gate, float[] slope)
    {
        var size = _sae.HiddenSize;
        var sum = new float[size];
        Array.Clear(slope);
        for (var row = 0; row < batch.Length; row++)
        {
            var activations = texts.Activations[batch[row]];
            for (var token = 1; token < activations.Tokens; token++)
            {
                var gradient = gradients[row].AsSpan(token * size, size);
                var latents = activations.Indices(token);
                var values = activations.Values(token);
                if (IsPushed(gate, latents, values))
                {
                    TensorPrimitives.Add(sum, gradient, sum);
                }

                for (var active = 0; active < latents.Length; active++)
                {
                    slope[latents[active]] += values[active] * TensorPrimitives.Dot(_rows[latents[active]], gradient);
                }
            }
        }

        for (var latent = 0; latent < _rows.Length; latent++)
        {
            slope[_rows.Length + latent] = PushUnit * (_sae.MaxActivation(latent) ?? 0) * TensorPrimitives.Dot<float>(_rows[latent], sum);
        }
    }

    /// <summary>
    /// Leaves the pushes that lower the loss most for the movement they cost. Adam moves every dial by about the same, and a
    /// thousand pushes that move at once, at one token, would throw the residual stream about.
    /// </summary>
    private void Screen(DialTexts texts, double[] prices, bool[] live, DialOptions options, SeededRandom order, CancellationToken cancellation)
    {
        if (!options.Pushes)
        {
            return;
        }

        var (still, slope, sum) = (new float[prices.Length], new float[prices.Length], new float[prices.Length]);
        for (var pass = 0; pass < ScreenPasses; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] batch = [.. Enumerable.Range(0, options.BatchExamples).Select(_ => order.Below(texts.Count))];
            var (_, _, gradients) = texts.Run(batch, (text, edits) => Edit(texts.Activations[text], still, options.PushGate, edits), withGradient: true);
            Slope(texts, batch, gradients, options.PushGate, slope);
            TensorPrimitives.Add<float>(sum, slope, sum);
        }

        var kept = Enumerable.Range(_rows.Length, _rows.Length)
            .Where(dial => live[dial])
            .OrderByDescending(dial => Math.Abs(sum[dial]) / prices[dial])
            .ThenBy(dial => dial)
            .Take(2 * options.Dials)
            .ToHashSet();
        for (var dial = _rows.Length; dial < live.Length; dial++)
        {
            live[dial] = kept.Contains(dial);
        }
    }

    private bool IsPushed(DialGate? gate, ReadOnlySpan<int> latents, ReadOnlySpan<float> values) =>
        gate is null || (latents.IndexOf(gate.Latent) is var active and >= 0 && values[active] > gate.Threshold * _sae.RequireMaxActivation(gate.Latent));

    private void Bound(float[] dials, bool[] live, DialOptions options)
    {
        for (var dial = 0; dial < dials.Length; dial++)
        {
            var bound = dial < _rows.Length ? options.LargestGain : options.LargestPush / PushUnit;
            dials[dial] = live[dial] ? Math.Clamp(dials[dial], -bound, bound) : 0;
        }
    }

    /// <summary>How many dials go on after a step; null where all do that did.</summary>
    private static int? Survivors(int step, DialOptions options)
    {
        var half = options.Iterations / 2;
        var stage = Math.Max(1, (options.Iterations - half) / 6);
        var after = step + 1 - half;
        return after < 0 ? null
            : step == options.Iterations - 1 || after == 2 * stage ? options.Dials
            : after == stage ? 2 * options.Dials
            : after == 0 ? 4 * options.Dials
            : null;
    }

    /// <summary>Keeps the dials that move the residual stream most, and of a feature's two the one that moves it more: a policy cannot both scale and push a feature.</summary>
    private void Prune(float[] dials, double[] prices, bool[] live, int survivors)
    {
        double Movement(int dial) => Math.Abs(dials[dial]) * prices[dial];
        var kept = Enumerable.Range(0, _rows.Length)
            .Select(latent => Movement(latent) >= Movement(_rows.Length + latent) ? latent : _rows.Length + latent)
            .Where(dial => Movement(dial) > 0)
            .OrderByDescending(Movement)
            .ThenBy(dial => dial)
            .Take(survivors)
            .ToHashSet();
        for (var dial = 0; dial < dials.Length; dial++)
        {
            if (!kept.Contains(dial))
            {
                (dials[dial], live[dial]) = (0, false);
            }
        }
    }

    private double Loss(DialTexts texts, float[] dials, DialGate? gate, CancellationToken cancellation)
    {
        var (loss, weight) = (0.0, 0.0);
        foreach (var batch in Enumerable.Range(0, texts.Count).Chunk(16))
        {
            cancellation.ThrowIfCancellationRequested();
            var (sum, counted, _) = texts.Run(batch, (text, edits) => Edit(texts.Activations[text], dials, gate, edits), withGradient: false);
            (loss, weight) = (loss + sum, weight + counted);
        }

        return loss / weight;
    }
}
