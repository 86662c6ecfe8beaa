using System.Globalization;
using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Cli.Terminal;

namespace Steering.Cli.Training;

/// <summary>The activations of a training, however they come: a text through the model, a folder of shards, or both.</summary>
internal sealed class TrainingInput : IDisposable
{
    // Small enough to be cut into tokens twice without anyone noticing.
    private const long QuicklyCounted = 64 << 20;
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

    /// <summary>Opens what the options describe.</summary>
    /// <param name="options">Model, site, and a text or shards.</param>
    /// <param name="wanted">Activations to train on, or null for one pass.</param>
    /// <param name="progress">Told how far counting and harvesting are.</param>
    /// <param name="cancellationToken">Stops both.</param>
    /// <exception cref="SteeringException">The input does not exist, does not go together, or gives nothing.</exception>
    public static TrainingInput Open(ActivationSourceOptions options, long? wanted, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        if (options.TextPath is null)
        {
            var counts = ShardFolder.Open(options.ShardFolder!).Index.Counts;
            return new TrainingInput(ActivationSources.Open(options, cancellationToken), counts.Rows, () => counts);
        }

        if (string.Equals(options.TextPath, TextCorpus.StandardInput, StringComparison.Ordinal))
        {
            var tokens = wanted ?? throw new SteeringException("How long standard input is cannot be known before it is read; say with --tokens how many activations to train on.");
            return Of(ActivationSources.Open(options.ShardFolder is null ? options with { Passes = 1 } : options, cancellationToken), tokens);
        }

        var source = HarvestActivationSource.Open(options, cancellationToken);
        try
        {
            if (wanted is { } many && new FileInfo(options.TextPath).Length > QuicklyCounted)
            {
                return Of(source, many);
            }

            progress.Report(new StageProgress("counting tokens", 0));
            var counted = source.CountTokens(cancellationToken);
            var rows = Math.Max(1, counted - (counted / options.Windows.Length));
            if (options.ShardFolder is not null || wanted is null || wanted <= rows || rows * source.HiddenSize * sizeof(float) > MostInMemory)
            {
                return Of(source, rows);
            }

            source.Dispose();
            return InMemory(options with { Passes = 1 }, rows, progress, cancellationToken);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static TrainingInput Of(MixingActivationSource source, long onePass) => new(source, onePass, () => source.Counts);

    /// <summary>A short text that is read several times: the model runs once.</summary>
    private static TrainingInput InMemory(ActivationSourceOptions options, long rows, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        using var once = ActivationSources.Open(options, cancellationToken);
        var memory = MemoryActivationSource.Collect(once, rows, options.Seed, new Told(progress, rows), cancellationToken);
        var counts = once.Counts;
        return new TrainingInput(memory, memory.Count, () => counts);
    }

    private sealed class Told(IProgress<StageProgress> progress, long all) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new StageProgress(string.Create(CultureInfo.InvariantCulture, $"harvesting, {value:N0} activations"), (double)value / all));
    }
}
