using Steering.Analysis.Shards;

namespace Steering.Analysis.Sources;

/// <summary>
/// Activations straight from a model: a thread harvests ahead, a mixing buffer shuffles, nothing or a folder of shards is
/// written on the way. With shards, later passes come from those and the model is run once for each token.
/// </summary>
public sealed class HarvestActivationSource : MixingActivationSource
{
    private readonly HarvestSetup _setup;

    internal HarvestActivationSource(HarvestSetup setup, ActivationSourceOptions options)
        : base(Stream(setup, options), options.BufferRows, options.Seed, options.Passes) => _setup = setup;

    /// <summary>What is harvested and how.</summary>
    public ShardJob Job => _setup.Job;

    /// <summary>Prepares a harvest; the model is loaded with the first read.</summary>
    /// <param name="options">Model, site, text, and where to keep shards.</param>
    /// <param name="cancellationToken">Stops the fingerprinting of weights.</param>
    /// <exception cref="SteeringException">Something given does not exist or does not go together.</exception>
    public static HarvestActivationSource Open(ActivationSourceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var setup = HarvestSetup.Create(options, cancellationToken);
        try
        {
            return new HarvestActivationSource(setup, options);
        }
        catch
        {
            setup.Dispose();
            throw;
        }
    }

    /// <summary>Counts the tokens that one pass puts through the model, left-out ones included, by cutting the whole text into tokens. The model is not run. To be called before the first read.</summary>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <exception cref="SteeringException">The text is standard input, which cannot be read twice, or cannot be read.</exception>
    public long CountTokens(CancellationToken cancellationToken = default) => _setup.IsRepeatable
        ? _setup.CountTokens(cancellationToken)
        : throw new SteeringException("The tokens of standard input cannot be counted before they are read. Say how many tokens to train on, or write the text to a file.");

    private static IRowStream Stream(HarvestSetup setup, ActivationSourceOptions options)
    {
        // Half the buffer is asked for at once; so much must be ready for training never to wait for a model that keeps up.
        var queueRows = (options.BufferRows ?? DefaultBufferRows(setup.HiddenSize)) / 2;
        if (options.ShardFolder is null)
        {
            if (!setup.IsRepeatable && options.Passes != 1)
            {
                throw new SteeringException("Standard input can be read once only. Ask for one pass, keep the activations in a folder of shards, or write the text to a file.");
            }

            return new HarvestRowStream(new HarvestPasses(setup, writer: null, string.Empty), queueRows, options.Passes);
        }

        var writer = ShardWriter.Open(options.ShardFolder, setup.Job);
        var passes = new HarvestPasses(setup, writer, options.ShardFolder);
        return new CachedRowStream(
            new HarvestRowStream(passes, queueRows, count: 1),
            () => ShardRowStream.Over(ShardFolder.Open(options.ShardFolder), options.Seed, firstPass: 1));
    }
}
