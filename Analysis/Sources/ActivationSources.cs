using Steering.Analysis.Shards;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Sources;

/// <summary>Opens the source that options describe.</summary>
public static class ActivationSources
{
    /// <summary>
    /// Opens a source: shards alone, a text through a model, or a text through a model with the first pass kept in shards and
    /// later ones read from them. The rows come shuffled; a model is loaded with the first read.
    /// </summary>
    /// <param name="options">What is at hand. With a model or a site and shards alone, the shards must be theirs.</param>
    /// <param name="cancellationToken">Stops the fingerprinting of weights.</param>
    /// <exception cref="SteeringException">Something given does not exist or does not go together.</exception>
    public static ShuffleBuffer Open(ActivationSourceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TextPath is null)
        {
            return Shuffled(Shards(options, cancellationToken), options);
        }

        var text = TextHarvest.Open(options, options.Passes == 1 ? 0 : TextWindows.MostKept, cancellationToken);
        try
        {
            return Open(text, options);
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>The shuffled rows of a text that was opened with the same options; it is disposed of with them.</summary>
    internal static ShuffleBuffer Open(TextHarvest text, ActivationSourceOptions options)
    {
        if (options.ShardFolder is null && !text.IsRepeatable && options.Passes != 1)
        {
            throw new SteeringException("Standard input can be read once only. Ask for one pass, keep the activations in a folder of shards, or write the text to a file.");
        }

        // Half the buffer is asked for at once; so much must be ready for training never to wait for a model that keeps up.
        var ahead = (options.BufferRows ?? ShuffleBuffer.DefaultRows(text.HiddenSize)) / 2;
        return Shuffled(options.ShardFolder is { } folder ? new ShardCache(text, folder, options.Seed, ahead) : new ActivationReader(text, ahead, options.Passes), options);
    }

    private static ShuffleBuffer Shuffled(IRowStream rows, ActivationSourceOptions options)
    {
        try
        {
            return new ShuffleBuffer(rows, options.BufferRows, options.Seed, options.Passes);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private static ShardReader Shards(ActivationSourceOptions options, CancellationToken cancellationToken)
    {
        if (options.ShardFolder is null)
        {
            throw new SteeringException("No activations were named: give a model with a text, or a folder of shards made by 'steer harvest'.");
        }

        var folder = ShardFolder.Open(options.ShardFolder);
        if (options.LoadCut() is { } cut)
        {
            folder.Require(cut.CheckpointSha256 is { } checkpoint ? [checkpoint, cut.WeightsFingerprint(cancellationToken)] : [cut.WeightsFingerprint(cancellationToken)], options.Site is null ? null : cut.Name(options.Site));
        }
        else
        {
            folder.Require(fingerprints: null, options.Site);
        }

        return ShardReader.Over(folder, options.Seed);
    }
}
