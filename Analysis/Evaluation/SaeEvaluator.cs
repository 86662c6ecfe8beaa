using System.Diagnostics;
using Steering.Analysis.Sources;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Measures an autoencoder on a model and a text: reconstruction, sparsity, what the model loses, how latents repeat each
/// other, and where each latent is largest. Every definition is in docs/evaluation.md and on the record's members.
/// </summary>
/// <example><code>
/// using var model = SiteModel.Load("smollm2", "resid_post.15");
/// var windows = EvaluationWindow.Cut(tokenizer.Encode(text, addSpecialTokens: false), 256, 100);
/// var result = SaeEvaluator.Evaluate(sae, model, windows);
/// Console.WriteLine(result.Summary.Reconstruction.UnexplainedVariance);
/// </code></example>
public static class SaeEvaluator
{
    private const int RowsAtOnce = 4096;

    /// <summary>Evaluates on a model's own residual stream.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="model">The model, cut at the autoencoder's site.</param>
    /// <param name="windows">What the model reads.</param>
    /// <param name="options">What is measured, or null for the defaults.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Stops within a few windows.</param>
    /// <exception cref="SteeringException">The widths differ, there is no text, or residual vectors are not finite.</exception>
    public static SaeEvaluationResult Evaluate(
        SparseAutoencoder autoencoder,
        IEvaluationModel model,
        IReadOnlyList<EvaluationWindow> windows,
        SaeEvaluationOptions? options = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(windows);
        options ??= new SaeEvaluationOptions();
        options.Check();
        if (model.HiddenSize != autoencoder.HiddenSize)
        {
            throw new SteeringException(FormattableString.Invariant($"{autoencoder.Source} reads vectors of width {autoencoder.HiddenSize}, the model's residual stream has width {model.HiddenSize}; use an autoencoder made on this model."));
        }

        if (windows.Count == 0 || windows.Any(window => window.Ids.Length < 2))
        {
            throw new SteeringException("There is no text to evaluate on: every window needs at least two tokens. Give a longer text, or shorter windows.");
        }

        var start = Stopwatch.GetTimestamp();
        var counted = new EvaluationStage(progress, options, windows.Count);
        var statistics = new StatisticsRun(autoencoder, options, windows, counted, cancellationToken);
        foreach (var batch in WindowBatch.Of(windows, options.BatchWindows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            statistics.Add(batch, model);
            counted.Read(batch.Sequences);
        }

        var result = statistics.ToResult();
        var crossEntropy = options.CrossEntropyWindows == 0 ? null : new CrossEntropyRun(model, autoencoder, statistics.Mean(), options.SpliceEverywhere);
        foreach (var batch in crossEntropy is null ? [] : WindowBatch.Of([.. windows.Take(options.CrossEntropyWindows)], options.BatchWindows))
        {
            crossEntropy!.Add(batch.Ids, batch.Sequences, batch.Length, cancellationToken);
            counted.Spliced(batch.Sequences);
        }

        return result with
        {
            Summary = result.Summary with { CrossEntropy = crossEntropy?.ToMetrics(), Windows = windows.Count, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds },
        };
    }

    /// <summary>Evaluates on residual vectors alone: no cross-entropy, no examples.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="source">Residual vectors, with what is to be left out left out already.</param>
    /// <param name="rows">Largest number of vectors to read.</param>
    /// <param name="options">What is measured, or null for the defaults.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Stops within a few thousand vectors.</param>
    /// <exception cref="SteeringException">The widths differ, there are no vectors, or they are not finite.</exception>
    public static SaeEvaluationResult Evaluate(
        SparseAutoencoder autoencoder,
        IActivationSource source,
        long rows,
        SaeEvaluationOptions? options = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(source);
        options = (options ?? new SaeEvaluationOptions()) with { CrossEntropyWindows = 0, Examples = 0 };
        options.Check();
        if (source.HiddenSize != autoencoder.HiddenSize)
        {
            throw new SteeringException(FormattableString.Invariant($"{autoencoder.Source} reads vectors of width {autoencoder.HiddenSize}, the activations have width {source.HiddenSize}; use activations of the autoencoder's site."));
        }

        var start = Stopwatch.GetTimestamp();
        var statistics = new StatisticsRun(autoencoder, options, [], new EvaluationStage(progress, options, 1), cancellationToken);
        var buffer = new float[RowsAtOnce * autoencoder.HiddenSize];
        for (var read = 0L; read < rows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = source.Read(buffer.AsSpan(0, (int)Math.Min(RowsAtOnce, rows - read) * autoencoder.HiddenSize), cancellationToken);
            if (count == 0)
            {
                break;
            }

            statistics.AddKept(buffer.AsSpan(0, count * autoencoder.HiddenSize), count, 0);
            read += count;
            progress?.Report(new EvaluationProgress("reading activations", (double)read / rows));
        }

        var result = statistics.ToResult();
        return result with { Summary = result.Summary with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds } };
    }
}
