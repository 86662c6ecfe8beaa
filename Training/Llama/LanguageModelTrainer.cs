using System.Diagnostics;
using System.Globalization;
using Steering.IO;
using Steering.Training.Kernels;
using Steering.Training.Optimisation;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Llama;

/// <summary>
/// Trains a language model on windows of token ids: cross-entropy of the next token, AdamW, clipped gradients. The same
/// options and windows give the same bits on the same machine with the same number of threads, interrupted or not.
/// </summary>
public sealed class LanguageModelTrainer : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly DenseAdam _adam;
    private readonly NativeLifetime _life;

    internal LanguageModelTrainer(LanguageModelOptions options, LlamaModel model)
    {
        (Options, Model) = (options, model);
        _team = new WorkerTeam(Math.Max(1, get_num_threads()));
        _adam = new DenseAdam(model.Named, _team);
        model.RequireGradients(true);
        _life = new NativeLifetime(this, Free);
    }

    /// <summary>What is trained.</summary>
    public LanguageModelOptions Options { get; }

    /// <summary>The model as it is now.</summary>
    public LlamaModel Model { get; }

    /// <summary>Steps done.</summary>
    public long StepsDone { get; internal set; }

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => StepsDone >= Options.Steps;

    internal IReadOnlyDictionary<string, AdamMoments> Moments => _adam.Moments;

    /// <summary>Starts from weights that have learned nothing.</summary>
    /// <param name="options">What to train.</param>
    /// <exception cref="SteeringException">An option cannot be.</exception>
    public static LanguageModelTrainer Start(LanguageModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = options.Checked();
        TorchRuntime.EnsureLoaded();
        return new LanguageModelTrainer(options, LlamaModel.Create(options.Model, options.Seed));
    }

    /// <summary>Moves the weights along the gradient of one batch.</summary>
    /// <param name="windows"><see cref="LanguageModelOptions.BatchWindows"/> windows of <see cref="LanguageModelOptions.WindowLength"/> + 1 token ids.</param>
    /// <returns>What the batch showed.</returns>
    /// <exception cref="SteeringException">Another number of windows or tokens, an id outside the vocabulary, or a loss that is not finite; the weights stay as they were.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public LanguageModelStep Step(IReadOnlyList<int[]> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        using var call = _life.Call();
        var began = Stopwatch.GetTimestamp();
        var flat = Flatten(windows);
        using var scope = NewDisposeScope();
        var ids = tensor(flat, [Options.BatchWindows, Options.WindowLength + 1L]);
        var inputs = ids.narrow(1, 0, Options.WindowLength);
        var targets = ids.narrow(1, 1, Options.WindowLength).reshape(-1);
        Model.ZeroGradients();
        var loss = nn.functional.cross_entropy(Model.Forward(inputs).view(-1, Options.Model.VocabularySize), targets);
        loss.backward();
        var (nats, norm, rate) = ((double)loss.item<float>(), _adam.GradientNorm(), Options.LearningRateAt(StepsDone));
        if (!double.IsFinite(nats) || !double.IsFinite(norm))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Training stopped before step {StepsDone + 1}: the loss is {nats}, the gradient's norm {norm}. Continue from the last checkpoint with a lower learning rate than {Options.LearningRate}."));
        }

        Decay(rate);
        _adam.Update(new AdamKernel(Options.Adam, StepsDone + 1, rate), (float)Math.Min(1, Options.GradientClip / norm));
        StepsDone++;
        return new LanguageModelStep(StepsDone, StepsDone * Options.BatchTokens, nats, rate, norm, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _life.Close();

    private void Free()
    {
        _adam.Dispose();
        _team.Dispose();
        Model.Dispose();
    }

    private long[] Flatten(IReadOnlyList<int[]> windows)
    {
        var width = Options.WindowLength + 1;
        if (windows.Count != Options.BatchWindows || windows.Any(window => window.Length != width))
        {
            throw new SteeringException($"{windows.Count} windows of {string.Join(", ", windows.Select(window => window.Length).Distinct())} ids were given; a step takes {Options.BatchWindows} of {width}.");
        }

        var flat = new long[windows.Count * width];
        for (var i = 0; i < flat.Length; i++)
        {
            var id = windows[i / width][i % width];
            flat[i] = id >= 0 && id < Options.Model.VocabularySize
                ? id
                : throw new SteeringException($"Token id {id} in window {i / width} is outside the vocabulary of {Options.Model.VocabularySize}; the text was cut by another tokenizer.");
        }

        return flat;
    }

    private void Decay(double rate)
    {
        using var gradient = no_grad();
        foreach (var (_, value) in Model.Named.Where(pair => pair.Value.dim() > 1))
        {
            _ = value.mul_(1 - (rate * Options.WeightDecay));
        }
    }
}

/// <summary>What one step of training a language model showed, before the weights moved.</summary>
/// <param name="Step">1 for the first.</param>
/// <param name="Tokens">Tokens trained on so far.</param>
/// <param name="Loss">Mean cross-entropy in nats a token.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
/// <param name="Seconds">What the step took.</param>
public readonly record struct LanguageModelStep(long Step, long Tokens, double Loss, double LearningRate, double GradientNorm, double Seconds);
