using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;

namespace Steering.Analysis.Sources;

/// <summary>
/// Makes the rows of a pass over a text: from the model, from the model into shards, or, as far as there are shards
/// already, from those. The model is loaded when it is needed first.
/// </summary>
/// <param name="setup">Model and text; disposed of with this.</param>
/// <param name="writer">Writes the shards, or null for none.</param>
/// <param name="folder">Their folder.</param>
internal sealed class HarvestPasses(HarvestSetup setup, ShardWriter? writer, string folder) : IDisposable
{
    private HarvestPipeline? _pipeline;
    private MassiveLimit? _limit;

    public int HiddenSize => setup.HiddenSize;

    /// <summary>Rows of a block at most, save where a forward pass gives more.</summary>
    public int BlockRows => setup.BatchTokens;

    public string Identity => setup.Identity;

    /// <summary>The norm above which tokens are left out, once it is known.</summary>
    public MassiveLimit? Limit
    {
        get => _pipeline?.Harvester.Limit ?? _limit;
        set
        {
            _limit = value;
            if (_pipeline is not null)
            {
                _pipeline.Harvester.Limit = value;
            }
        }
    }

    /// <summary>The blocks from a unit on to the end of the text.</summary>
    public IEnumerable<RowBlock> Blocks(long unit, string textBefore, CancellationToken cancellationToken) =>
        writer is null ? Harvest(unit, textBefore, unit, cancellationToken) : WithShards(unit, cancellationToken);

    public void Dispose()
    {
        _pipeline?.Dispose();
        writer?.RemoveIfEmpty();
        setup.Dispose();
    }

    private IEnumerable<RowBlock> WithShards(long unit, CancellationToken cancellationToken)
    {
        if (writer!.Index.IsComplete)
        {
            setup.CheckText(writer.Index, folder, cancellationToken);
        }

        if (writer.Index.Shards.Count > 0)
        {
            Limit = new MassiveLimit(writer.Index.MedianNorm, writer.Index.LargestNorm ?? float.PositiveInfinity);
            var shards = ShardFolder.Open(folder);
            for (var number = 0; number < shards.Index.Shards.Count; number++)
            {
                if (shards.Index.Shards[number].FirstWindow >= unit)
                {
                    foreach (var block in OfShard(shards, number, cancellationToken))
                    {
                        yield return block;
                    }
                }
            }
        }

        if (!writer.Index.IsComplete)
        {
            var next = writer.Index.NextWindow;
            foreach (var block in Harvest(next, Before(writer.Index, writer.Index.Shards.Count), unit, cancellationToken))
            {
                yield return block;
            }
        }
    }

    private IEnumerable<RowBlock> OfShard(ShardFolder shards, int number, CancellationToken cancellationToken)
    {
        using var shard = shards.OpenShard(number);
        var entry = shard.Entry;
        var counts = new HarvestCounts(entry.Windows, entry.Tokens, entry.Rows, entry.FirstPositions, entry.MassiveTokens);
        var row = 0L;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = new float[(int)Math.Min(BlockRows, entry.Rows - row) * HiddenSize];
            row += shard.ReadRows(row, rows);
            yield return new RowBlock(rows, entry.FirstWindow, Before(shards.Index, number), counts);
            counts = default;
        }
        while (row < entry.Rows);
    }

    private IEnumerable<RowBlock> Harvest(long first, string textBefore, long unit, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            _pipeline = setup.Load(writer);
            _pipeline.Harvester.Limit = _limit ?? _pipeline.Harvester.Limit;
        }

        var perUnit = writer?.Index.Job.WindowsPerShard ?? 0;
        var (current, before) = (-1L, string.Empty);
        foreach (var step in _pipeline.Run(first, textBefore.Length == 0 ? null : textBefore, progress: null, cancellationToken))
        {
            var window = step.Batch.Windows[0].Number;
            var belongs = perUnit == 0 ? window : window / perUnit * perUnit;
            if (belongs != current)
            {
                (current, before) = (belongs, step.TextSha256Before);
            }

            if (belongs >= unit)
            {
                yield return new RowBlock(step.Batch.Activations, belongs, before, default(HarvestCounts).Plus(step.Batch));
            }
        }
    }

    private static string Before(ShardIndex index, int shard) => shard == 0 ? string.Empty : index.Shards[shard - 1].TextSha256;
}
