using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Steering.IO;
using Steering.Saes;
using Steering.Training.Autoencoders;
using Steering.Training.Kernels;
using Steering.Training.Optimisation;
using Steering.Training.Torch;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>
/// Trains one sparse autoencoder, batch by batch, on the processor. The same options and activations give the same bits, and
/// a run continued from a checkpoint gives those of an uninterrupted one. Not thread-safe.
/// </summary>
public sealed class SaeTrainer : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly IGradientStep _step;
    private readonly Tensor _batch;
    private readonly NativeLifetime _life;

    private SaeTrainer(TrainingOptions options, InputEstimate input, SaeWeights weights)
    {
        Options = options;
        Input = input;
        Weights = weights;
        Kind = options.Autoencoder.Create();
        _team = new WorkerTeam(Environment.ProcessorCount);
        _step = SparseGradientStep.Serves(options.Autoencoder)
            ? new SparseGradientStep((RankedKind)Kind, weights, options.BatchSize, _team)
            : new DenseGradientStep(Kind, weights, _team);
        using (NewDisposeScope())
        {
            _batch = zeros([options.BatchSize, HiddenSize], ScalarType.Float32).DetachFromDisposeScope();
        }

        State = new TrainingState(options);
        _life = new NativeLifetime(this, Free);
    }

    /// <summary>What was asked for.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Width d of the activations.</summary>
    public int HiddenSize => Weights.HiddenSize;

    /// <summary>Steps done.</summary>
    public long StepsDone => State.Step;

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => State.Step >= Options.Steps;

    /// <summary>Factor on every activation before it is encoded.</summary>
    public float InputScale => Input.Scale;

    internal SaeKind Kind { get; }

    internal SaeWeights Weights { get; }

    internal TrainingState State { get; }

    internal InputEstimate Input { get; }

    internal IReadOnlyDictionary<string, AdamMoments> Moments => _step.Moments;

    /// <summary>Starts a run: estimates the input scale and the decoder bias from some activations, draws the weights.</summary>
    /// <param name="options">What to train.</param>
    /// <param name="sample">[rows, d] some activations, the more the better up to <see cref="TrainingOptions.EstimationRows"/>.</param>
    /// <param name="hiddenSize">Width d.</param>
    /// <exception cref="SteeringException">An option cannot be, or the activations cannot be trained on.</exception>
    public static SaeTrainer Start(TrainingOptions options, ReadOnlySpan<float> sample, int hiddenSize)
    {
        TrainingOptionsValidator.Validate(options, hiddenSize);
        TorchRuntime.EnsureLoaded();
        var input = InputEstimate.From(sample, hiddenSize);
        using var scope = NewDisposeScope();
        var rows = tensor(sample.ToArray(), [sample.Length / hiddenSize, hiddenSize]).mul_(input.Scale);
        return Create(options, input, rows);
    }

    /// <summary>A run whose weights, moments and counters are filled in by the caller.</summary>
    internal static SaeTrainer Continue(TrainingOptions options, InputEstimate input, int hiddenSize)
    {
        using var scope = NewDisposeScope();
        return Create(options, input, ones([1, hiddenSize], ScalarType.Float32));
    }

    /// <summary>Moves the weights along the gradient of one batch.</summary>
    /// <param name="rows">[batch, d] exactly <see cref="TrainingOptions.BatchSize"/> activations.</param>
    /// <returns>What the batch showed, before the weights moved.</returns>
    /// <exception cref="ArgumentException">Another number of rows.</exception>
    /// <exception cref="SteeringException">Something is not finite; the weights stay as they were.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public unsafe TrainingStep Step(ReadOnlySpan<float> rows)
    {
        using var call = _life.Call();
        if (rows.Length != (long)Options.BatchSize * HiddenSize)
        {
            throw new ArgumentException($"{rows.Length} numbers were given; a batch has {Options.BatchSize} rows of {HiddenSize}.", nameof(rows));
        }

        var began = Stopwatch.GetTimestamp();
        TensorPrimitives.Multiply(rows, Input.Scale, new Span<float>(TensorMemory.Pointer(_batch), rows.Length));
        var (step, rate) = (State.Step, Options.LearningRateAt(State.Step));
        if (Kind.HasSparsityPenalty && Options.ResamplesAt(step))
        {
            Resample();
        }

        var dead = State.DeadLatents(Math.Max(1, Options.DeadAfterTokens / Options.BatchSize));
        var sparsity = Kind.SparsityWeight(HiddenSize) * Options.SparsityAt(step) * (State.Controller?.Multiplier ?? 1);
        var result = _step.Compute(_batch, dead, sparsity);
        if (!double.IsFinite(result.Loss) || !double.IsFinite(result.GradientNorm))
        {
            throw NotFinite(rows, result);
        }

        var scale = Options.GradientClip > 0 && result.GradientNorm > Options.GradientClip ? Options.GradientClip / result.GradientNorm : 1;
        _step.Update(new AdamKernel(Options.Adam, step + 1, rate), (float)scale);
        State.Advance(_step, result, Options.BatchSize);
        return new TrainingStep(
            State.Step,
            State.Step * Options.BatchSize,
            result.Loss,
            result.SquaredError / Input.Variance,
            (double)result.ActiveCount / Options.BatchSize,
            dead.Length,
            rate,
            result.GradientNorm,
            sparsity,
            Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>The autoencoder as it is now, a copy, ready for <see cref="SparseAutoencoder.Create"/> or a writer.</summary>
    /// <param name="modelName">Name of the model, or null.</param>
    /// <param name="hookName">Hook point, e.g. <c>blocks.15.hook_resid_post</c>, or null.</param>
    /// <param name="modelSha256">Fingerprint of the model's weights, or null.</param>
    public SaeParameters ToParameters(string? modelName = null, string? hookName = null, string? modelSha256 = null)
    {
        using var call = _life.Call();
        // A token that is normalised by itself does not see a factor on all of them.
        var scale = Options.Autoencoder.Normalisation == InputNormalisation.None ? Input.Scale : 1;
        return Kind.ToParameters(Weights, scale, State.Threshold.Value) with { ModelName = modelName, HookName = hookName, ModelSha256 = modelSha256 };
    }

    /// <inheritdoc/>
    public void Dispose() => _life.Close();

    private void Free()
    {
        _step.Dispose();
        _team.Dispose();
        _batch.Dispose();
        Weights.Dispose();
    }

    private static SaeTrainer Create(TrainingOptions options, InputEstimate input, Tensor sample) =>
        new(options, input, options.Autoencoder.Create().Initialise(options.LatentCount, sample, options.Initialisation));

    private void Resample()
    {
        var idle = State.DeadLatents(Math.Max(Options.ResampleEvery, Options.DeadAfterTokens / Options.BatchSize));
        if (idle.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var dead = zeros(Options.LatentCount, ScalarType.Bool);
        _ = dead.index_fill_(0, tensor(idle, ScalarType.Int64), true);
        var loss = Kind.Loss(Weights, _batch, new LossContext());
        foreach (var latent in DeadLatentResampling.Apply(Kind, Weights, _batch, loss.Reconstruction, dead, Options.Initialisation.Seed, State.Step))
        {
            State.IdleSteps[latent] = 0;
            foreach (var (name, moments) in _step.Moments.Where(pair => pair.Key != "decoder_bias"))
            {
                var width = name is "encoder" or "decoder" ? HiddenSize : 1;
                moments.FirstSpan.Slice(latent * width, width).Clear();
                moments.SecondSpan.Slice(latent * width, width).Clear();
            }
        }
    }

    private SteeringException NotFinite(ReadOnlySpan<float> rows, GradientStepResult result)
    {
        for (var row = 0; row < Options.BatchSize; row++)
        {
            var norm = TensorPrimitives.Norm(rows.Slice(row * HiddenSize, HiddenSize));
            if (!float.IsFinite(norm))
            {
                return new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training stopped before step {State.Step + 1}: activation {(State.Step * Options.BatchSize) + row} is not finite (norm {norm}). The weights and the last checkpoint are good; find the text that the model cannot take."));
            }
        }

        return new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training stopped before step {State.Step + 1}: the loss is {result.Loss}, the gradient's norm {result.GradientNorm}, though the activations are finite. Continue from the last checkpoint with a lower learning rate than {Options.PeakLearningRate}."));
    }
}
