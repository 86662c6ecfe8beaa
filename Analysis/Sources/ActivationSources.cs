using Steering.Analysis.Shards;

namespace Steering.Analysis.Sources;

/// <summary>Opens the source that options describe.</summary>
public static class ActivationSources
{
    /// <summary>
    /// Opens a source: shards alone, a text through a model, or a text through a model with the first pass kept in shards and
    /// later ones read from them.
    /// </summary>
    /// <param name="options">What is at hand. With a model or a site and shards alone, the shards must be theirs.</param>
    /// <param name="cancellationToken">Stops the fingerprinting of weights.</param>
    /// <exception cref="SteeringException">Something given does not exist or does not go together.</exception>
    public static MixingActivationSource Open(ActivationSourceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TextPath is not null)
        {
            return HarvestActivationSource.Open(options, cancellationToken);
        }

        if (options.ShardFolder is null)
        {
            throw new SteeringException("No activations were named: give a model with a text, or a folder of shards made by 'steer harvest'.");
        }

        var folder = ShardFolder.Open(options.ShardFolder);
        if (options.ModelFolder is not null)
        {
            var cut = Export.Cuts.SiteCut.Load(options.ModelFolder);
            folder.Require(cut.CheckpointSha256 is { } checkpoint ? [checkpoint, cut.WeightsFingerprint(cancellationToken)] : [cut.WeightsFingerprint(cancellationToken)], options.Site is null ? null : cut.Name(options.Site));
        }
        else
        {
            folder.Require(fingerprints: null, options.Site);
        }

        return new ShardActivationSource(folder, options.Seed, options.Passes, options.BufferRows);
    }
}
