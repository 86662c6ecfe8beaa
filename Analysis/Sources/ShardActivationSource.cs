using Steering.Analysis.Shards;

namespace Steering.Analysis.Sources;

/// <summary>Activations from a complete folder of shards, in shuffled passes: the shards in random order, their rows through a mixing buffer.</summary>
public sealed class ShardActivationSource : MixingActivationSource
{
    /// <summary>Serves a folder.</summary>
    /// <param name="folder">An opened folder of shards.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="passes">How often each row is served, or null for without end.</param>
    /// <param name="bufferRows">Rows of the mixing buffer, or null for <see cref="MixingActivationSource.DefaultBufferRows"/>.</param>
    /// <exception cref="SteeringException">The folder is not complete or holds no row.</exception>
    public ShardActivationSource(ShardFolder folder, long seed = 0, int? passes = null, int? bufferRows = null)
        : base(Stream(folder, seed), bufferRows, seed, passes)
    {
    }

    private static ShardRowStream Stream(ShardFolder folder, long seed)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ShardRowStream.Over(folder, seed);
    }
}
