using System.Globalization;
using Steering.Cli.Terminal;
using Steering.Training.Activations;

namespace Steering.Cli.Training;

/// <summary>The activations of a training, however they come: a text through the model, a folder of shards, or both.</summary>
internal sealed class TrainingInput : IDisposable
{
    // Small enough to be cut into tokens twice without anyone noticing.
    private const long QuicklyCounted = 64 << 20;
    private const long MostInMemory = 1 << 30;

    private TrainingInput(IActivationSource source, long onePass)
    {
        Source = source;
        OnePass = onePass;
    }

    /// <summary>The activations, without end but for standard input.</summary>
    public IActivationSource Source { get; }

    /// <summary>About how many activations one pass has; where that was not asked for, how many are wanted.</summary>
    public long OnePass { get; }

    /// <summary>Tokens that the model read so far and those of them that were left out, in words.</summary>
    public string Counts => Source is MixingActivationSource { Counts: { Tokens: > 0 } counts }
        ? string.Create(CultureInfo.InvariantCulture, $"{counts.Tokens:N0} tokens read; left out: {counts.FirstPositions:N0} at position 0, {counts.MassiveTokens:N0} massive")
        : _inMemory;

    private string _inMemory = string.Empty;

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
            return new TrainingInput(ActivationSources.Open(options, cancellationToken), ShardFolder.Open(options.ShardFolder!).Index.Counts.Rows);
        }

        if (string.Equals(options.TextPath, TextCorpus.StandardInput, StringComparison.Ordinal))
        {
            var tokens = wanted ?? throw new SteeringException("How long standard input is cannot be known before it is read; say with --tokens how many activations to train on.");
            return new TrainingInput(ActivationSources.Open(options.ShardFolder is null ? options with { Passes = 1 } : options, cancellationToken), tokens);
        }

        var source = HarvestActivationSource.Open(options, cancellationToken);
        try
        {
            if (wanted is { } many && new FileInfo(options.TextPath).Length > QuicklyCounted)
            {
                return new TrainingInput(source, many);
            }

            progress.Report(new StageProgress("counting tokens", 0));
            var counted = source.CountTokens(cancellationToken);
            var rows = Math.Max(1, counted - (counted / options.Windows.Length));
            if (options.ShardFolder is not null || wanted is null || wanted <= rows || rows * source.HiddenSize * sizeof(float) > MostInMemory)
            {
                return new TrainingInput(source, rows);
            }
        }
        catch
        {
            source.Dispose();
            throw;
        }

        source.Dispose();
        return InMemory(options, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    /// <summary>A short text that is read several times: the model runs once.</summary>
    private static TrainingInput InMemory(ActivationSourceOptions options, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var corpus = TextCorpus.Open(options.TextPath!, options.Corpus with { Chat = options.Windows.Chat });
        using var windows = TokenWindows.Load(options.ModelFolder!, options.Windows);
        using var head = SiteHead.Load(options.ModelFolder!, options.Site!, options.Model);
        var told = new Told(progress, corpus);
        var harvest = MemoryHarvest.Collect(head, windows.Read(corpus.Read(cancellationToken), cancellationToken: cancellationToken), options.Harvest.Exclusion, long.MaxValue, told, cancellationToken);
        return new TrainingInput(new MemoryActivationSource(harvest.Rows, head.HiddenSize, options.Seed), harvest.Rows.Length / head.HiddenSize)
        {
            _inMemory = string.Create(CultureInfo.InvariantCulture, $"{harvest.Tokens:N0} tokens read; left out: {harvest.LeftOut:N0} at position 0 or massive"),
        };
    }

    private sealed class Told(IProgress<StageProgress> progress, TextCorpus corpus) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new StageProgress(string.Create(CultureInfo.InvariantCulture, $"harvesting, {value:N0} tokens"), corpus.ShareRead ?? 0));
    }
}
