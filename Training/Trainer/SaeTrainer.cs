using System.Globalization;
using System.Numerics.Tensors;
using Steering.Saes;
using Steering.Training.Activations;
using Steering.Training.Optimisation;
using Steering.Training.Steps;
using Steering.Training.Torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>
/// Trains one k-sparse autoencoder, step by step, on the processor. The same options and activations give the same bits,
/// whatever the number of threads, and a run continued from a checkpoint gives those of an uninterrupted one. Not thread-safe.
/// </summary>
public sealed class SaeTrainer : IDisposable
{
    private static readonly int[] NestedShares = [16, 8, 4, 2, 1];

    private readonly TrainingOptions _options;
    private readonly IActivationSource _source;
    private readonly InputEstimate _input;
    private readonly WorkerTeam _team;
    private readonly SparseStep _step;
    private readonly SparseAdam _adam;
    private readonly Tensor _batch;

    private SaeTrainer(TrainingOptions options, IActivationSource source, InputEstimate input, SparseWeights weights)
    {
        _options = options;
        _source = source;
        _input = input;
        Weights = weights;
        _team = new WorkerTeam(Environment.ProcessorCount);
        var prefixes = Prefixes(options);
        _step = new SparseStep(
            new SparseStepOptions
            {
                Selection = options.Architecture switch
                {
                    SaeArchitecture.TopK => SparseSelection.TopK,
                    SaeArchitecture.AbsTopK => SparseSelection.AbsTopK,
                    _ => SparseSelection.BatchTopK,
                },
                K = options.K,
                Prefixes = prefixes,
                PrefixWeights = [.. prefixes.Select(_ => 1f / prefixes.Count)],
                AuxiliaryLatents = options.AuxiliaryCoefficient > 0 ? options.AuxiliaryLatents ?? Math.Max(1, source.HiddenSize / 2) : 0,
                AuxiliaryCoefficient = (float)options.AuxiliaryCoefficient,
            },
            source.HiddenSize,
            options.LatentCount,
            options.BatchSize,
            _team);
        _adam = new SparseAdam(options.LatentCount, source.HiddenSize, _team);
        _batch = SparseWeights.Allocate(options.BatchSize, source.HiddenSize);
        State = new TrainingState(options.LatentCount);
    }

    /// <summary>What was asked for.</summary>
    public TrainingOptions Options => _options;

    /// <summary>Steps done.</summary>
    public long StepsDone => State.Step;

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => State.Step >= _options.Steps;

    /// <summary>Factor on every activation before it is encoded.</summary>
    public float InputScale => _input.Scale;

    internal SparseWeights Weights { get; }

    internal TrainingState State { get; }

    internal SparseAdam Adam => _adam;

    internal IActivationSource Source => _source;

    internal InputEstimate Input => _input;

    /// <summary>Starts a run: estimates the input scale and the biases from the source's first rows, draws the weights.</summary>
    /// <param name="options">What to train.</param>
    /// <param name="source">Activations, not read from yet; stays the caller's.</param>
    /// <param name="cancellationToken">Stops waiting for activations.</param>
    /// <exception cref="SteeringException">An option cannot be, or the activations cannot be trained on.</exception>
    public static SaeTrainer Start(TrainingOptions options, IActivationSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        TrainingOptionsValidator.Validate(options, source.HiddenSize);
        TorchRuntime.EnsureLoaded();
        var rows = new float[checked(options.EstimationRows * source.HiddenSize)];
        var found = source.Peek(rows, cancellationToken);
        var input = InputEstimate.From(rows.AsSpan(0, found * source.HiddenSize), source.HiddenSize);
        return new SaeTrainer(options, source, input, SparseWeights.Draw(options, input));
    }

    /// <summary>A run whose weights, moments and counters are filled in by the caller.</summary>
    internal static SaeTrainer Continue(TrainingOptions options, IActivationSource source, InputEstimate input) =>
        new(options, source, input, SparseWeights.Draw(options, input));

    /// <summary>Reads one batch and moves the weights.</summary>
    /// <param name="cancellationToken">Stops waiting for activations; a step that has begun is finished.</param>
    /// <exception cref="SteeringException">The activations ended, or something is not finite; the weights stay as they were.</exception>
    public unsafe TrainingStep Step(CancellationToken cancellationToken = default)
    {
        var rows = new Span<float>(TensorMemory.Pointer(_batch), _options.BatchSize * _source.HiddenSize);
        Fill(rows, cancellationToken);
        TensorPrimitives.Multiply(rows, _input.Scale, rows);
        var idle = Math.Max(1, _options.DeadAfterTokens / _options.BatchSize);
        var dead = State.DeadLatents(idle);
        var result = _step.Run(Weights, TensorMemory.Pointer(_batch), _options.BatchSize, dead);
        if (!double.IsFinite(result.Loss) || !double.IsFinite(result.GradientNorm))
        {
            throw NotFinite(rows, result);
        }

        var rate = _options.LearningRateAt(State.Step);
        var scale = _options.GradientClip > 0 && result.GradientNorm > _options.GradientClip ? _options.GradientClip / result.GradientNorm : 1;
        _adam.Step(new AdamKernel(_options.Adam, State.Step + 1, rate), Weights, _step.Gradients, (float)scale);
        State.Advance(_step.Index, result.SmallestActivation);
        return new TrainingStep(
            State.Step,
            State.Step * _options.BatchSize,
            result.Loss,
            result.FullSquaredError / _input.Variance,
            (double)result.ActiveCount / _options.BatchSize,
            dead.Length,
            rate,
            result.GradientNorm);
    }

    /// <summary>The autoencoder as it is now, a copy, ready for <see cref="SparseAutoencoder.Create"/> or a writer.</summary>
    /// <param name="modelName">Name of the model, or null.</param>
    /// <param name="hookName">Hook point, e.g. <c>blocks.15.hook_resid_post</c>, or null.</param>
    /// <param name="modelSha256">Fingerprint of the model's weights, or null.</param>
    public SaeParameters ToParameters(string? modelName = null, string? hookName = null, string? modelSha256 = null)
    {
        var batch = _options.Architecture is SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
        var threshold = new float[batch ? _options.LatentCount : 0];
        Array.Fill(threshold, State.Threshold);
        return new SaeParameters
        {
            Source = "training",
            Architecture = _options.Architecture,
            HiddenSize = _source.HiddenSize,
            LatentCount = _options.LatentCount,
            Encoder = SparseWeights.Copy(Weights.EncoderTensor),
            EncoderBias = SparseWeights.Copy(Weights.EncoderBiasTensor),
            Decoder = SparseWeights.Copy(Weights.DecoderTensor),
            DecoderBias = SparseWeights.Copy(Weights.DecoderBiasTensor),
            Threshold = threshold,
            ActivationScale = _input.Scale,
            K = batch ? 0 : (int)_options.K,
            ModelName = modelName,
            HookName = hookName,
            ModelSha256 = modelSha256,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Dispose();
        _adam.Dispose();
        _team.Dispose();
        _batch.Dispose();
        Weights.Dispose();
    }

    private static IReadOnlyList<int> Prefixes(TrainingOptions options)
    {
        if (options.Architecture != SaeArchitecture.MatryoshkaBatchTopK)
        {
            return [options.LatentCount];
        }

        return options.Prefixes.Count > 0
            ? options.Prefixes
            : [.. NestedShares.Select(part => options.LatentCount / part).Where(end => end > 0).Distinct()];
    }

    private void Fill(Span<float> rows, CancellationToken cancellationToken)
    {
        var width = _source.HiddenSize;
        for (var filled = 0; filled < _options.BatchSize;)
        {
            var read = _source.Read(rows[(filled * width)..], cancellationToken);
            if (read == 0)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The activations ended after {(State.Step * _options.BatchSize) + filled} tokens, but {_options.Tokens} were asked for. Let the source repeat its text, or ask for fewer."));
            }

            filled += read;
        }
    }

    private SteeringException NotFinite(ReadOnlySpan<float> rows, SparseStepResult result)
    {
        for (var row = 0; row < _options.BatchSize; row++)
        {
            var norm = TensorPrimitives.Norm(rows.Slice(row * _source.HiddenSize, _source.HiddenSize));
            if (!float.IsFinite(norm))
            {
                return new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training stopped before step {State.Step + 1}: activation {(State.Step * _options.BatchSize) + row} is not finite (norm {norm}). The weights and the last checkpoint are good; find the text that the model cannot take."));
            }
        }

        return new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training stopped before step {State.Step + 1}: the loss is {result.Loss}, the gradient's norm {result.GradientNorm}, though the activations are finite. Continue from the last checkpoint with a lower learning rate than {_options.PeakLearningRate}."));
    }
}
