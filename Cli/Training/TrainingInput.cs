using System.Globalization;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Cli.Terminal;

namespace Steering.Cli.Training;

/// <summary>The activations of a training, however they come: a text through the model, a folder of shards, or both.</summary>
internal sealed class TrainingInput : IDisposable
{
    private const long MostInMemory = 1 << 30;

    private readonly Func<HarvestCounts> _counts;

    private TrainingInput(IActivationSource source, long onePass, Func<HarvestCounts> counts) => (Source, OnePass, _counts) = (source, onePass, counts);

    /// <summary>The activations, without end but for standard input.</summary>
    public IActivationSource Source { get; }

    /// <summary>About how many activations one pass has; where that was not asked for, how many are wanted.</summary>
    public long OnePass { get; }

    /// <summary>Tokens that the model read so far and those of them that were left out, in words.</summary>
    public string Counts
    {
        get
        {
            var counts = _counts();
            return string.Create(CultureInfo.InvariantCulture, $"{counts.Tokens:N0} tokens read; left out: {counts.FirstPositions:N0} at position 0, {counts.MassiveTokens:N0} massive");
        }
    }

    /// <summary>Opens a folder of shards.</summary>
    /// <param name="options">Model, site and shards.</param>
    /// <param name="cancellationToken">Stops the fingerprinting of weights.</param>
    /// <exception cref="SteeringException">The shards do not exist, or are not the model's and the site's.</exception>
    public static TrainingInput Open(ActivationSourceOptions options, CancellationToken cancellationToken)
    {
        var counts = ShardFolder.Open(options.ShardFolder!).Index.Counts;
        return new TrainingInput(ActivationSources.Open(options, cancellationToken), counts.Rows, () => counts);
    }

    /// <summary>Opens a text.</summary>
    /// <param name="text">The text through the model; the input's from here on.</param>
    /// <param name="options">What it was opened with.</param>
    /// <param name="wanted">Activations to train on, or null for one pass.</param>
    /// <param name="progress">Told how far counting and harvesting are.</param>
    /// <param name="cancellationToken">Stops both.</param>
    /// <exception cref="SteeringException">The text gives nothing, or not as much as is wanted and cannot be read again.</exception>
    public static TrainingInput Open(TextHarvest text, ActivationSourceOptions options, long? wanted, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            if (!text.IsRepeatable)
            {
                var tokens = wanted ?? throw new SteeringException("How long standard input is cannot be known before it is read; say with --tokens how many activations to train on.");
                return Mixed(text, options.ShardFolder is null ? options with { Passes = 1 } : options, tokens);
            }

            progress.Report(new StageProgress("counting tokens", 0));
            if (wanted is not { } many)
            {
                return Mixed(text, options, Rows(text.CountTokens(cancellationToken), options));
            }

            return options.ShardFolder is null && WholeText(text, options, many, cancellationToken) is { } rows
                ? InMemory(text, rows, options.Seed, progress, cancellationToken)
                : Mixed(text, options, many);
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static long Rows(long tokens, ActivationSourceOptions options) => Math.Max(1, tokens - (tokens / options.Windows.Length));

    /// <summary>About how many rows the whole text gives, if that is fewer than are wanted and they fit into memory; else null, which is known long before the text's end.</summary>
    private static long? WholeText(TextHarvest text, ActivationSourceOptions options, long wanted, CancellationToken cancellationToken)
    {
        var tokens = 0L;
        foreach (var window in text.Windows.Read(cancellationToken))
        {
            tokens += window.Ids.Length;
            if (Rows(tokens, options) is var rows && (rows >= wanted || rows * text.HiddenSize * sizeof(float) > MostInMemory))
            {
                return null;
            }
        }

        return Rows(tokens, options);
    }

    private static TrainingInput Mixed(TextHarvest text, ActivationSourceOptions options, long onePass)
    {
        var source = ActivationSources.Open(text, options);
        return new TrainingInput(source, onePass, () => source.Counts);
    }

    /// <summary>A short text that is read several times: the model runs once.</summary>
    private static TrainingInput InMemory(TextHarvest text, long rows, long seed, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        using var reader = new ActivationReader(text, queueRows: 0, passes: 1);
        var memory = MemoryActivationSource.Collect(reader, rows, seed, new Told(progress, rows), cancellationToken);
        var counts = reader.Counts;
        return new TrainingInput(memory, memory.Count, () => counts);
    }

    private sealed class Told(IProgress<StageProgress> progress, long all) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new StageProgress(string.Create(CultureInfo.InvariantCulture, $"harvesting, {value:N0} activations"), (double)value / all));
    }
}
