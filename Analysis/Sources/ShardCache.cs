using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;

namespace Steering.Analysis.Sources;

/// <summary>
/// The rows of a text through a folder of shards: the first pass is written there, or read as far as it lies there already;
/// later ones are read from there, and the model runs once for each token.
/// </summary>
internal sealed class ShardCache : IRowStream
{
    private readonly TextHarvest _text;
    private readonly string _folder;
    private readonly long _seed;
    private readonly ShardWriter _writer;
    private readonly ActivationReader _first;
    private ShardReader? _later;

    /// <summary>Opens the folder, or makes it.</summary>
    /// <param name="text">The text and the model; disposed of with this.</param>
    /// <param name="folder">Folder of shards.</param>
    /// <param name="seed">Decides the order of shards in later passes.</param>
    /// <param name="queueRows">Rows of the first pass that may wait for their reader.</param>
    /// <exception cref="SteeringException">The folder holds something else, or another process writes it.</exception>
    public ShardCache(TextHarvest text, string folder, long seed, int queueRows)
    {
        (_text, _folder, _seed) = (text, folder, seed);
        _writer = ShardWriter.Open(folder, text.Job);
        _first = new ActivationReader(text, queueRows, passes: 1, FirstPass);
    }

    public int HiddenSize => _text.HiddenSize;

    public string Identity => _text.Identity;

    public HarvestCounts Counts => _later?.Counts ?? _first.Counts;

    public long CountTokens(CancellationToken cancellationToken) => _writer.Index.IsComplete ? _writer.Index.Counts.Tokens : _text.CountTokens(cancellationToken);

    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        if (_later is not null)
        {
            return _later.Read(rows, cancellationToken);
        }

        var read = _first.Read(rows, cancellationToken);
        if (read == 0)
        {
            // The model's memory is not needed any more.
            _later = Later();
            EndFirst();
        }

        return read;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_later is not null);
        if (_later is not null)
        {
            _later.Save(writer);
        }
        else
        {
            _first.Save(writer);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _later?.Dispose();
        _later = null;
        if (reader.ReadBoolean())
        {
            _later = Later();
            _later.Restore(reader);
        }
        else
        {
            _first.Restore(reader);
        }
    }

    public void Dispose()
    {
        _later?.Dispose();
        EndFirst();
    }

    private ShardReader Later() => ShardReader.Over(ShardFolder.Open(_folder), _seed, firstPass: 1);

    private void EndFirst()
    {
        _first.Dispose();
        _writer.RemoveIfEmpty();
    }

    private IEnumerable<RowBlock> FirstPass(long unit, string textBefore, CancellationToken stop)
    {
        if (_writer.Index.IsComplete)
        {
            _text.CheckText(_writer.Index, _folder, stop);
        }

        if (_writer.Index.Shards.Count > 0)
        {
            _text.Limit = new MassiveLimit(_writer.Index.MedianNorm, _writer.Index.LargestNorm ?? float.PositiveInfinity);
            var shards = ShardFolder.Open(_folder);
            for (var number = 0; number < shards.Index.Shards.Count; number++)
            {
                if (shards.Index.Shards[number].FirstWindow >= unit)
                {
                    foreach (var block in OfShard(shards, number, stop))
                    {
                        yield return block;
                    }
                }
            }
        }

        if (!_writer.Index.IsComplete)
        {
            // What is written is not harvested again; what was read but not written is, and passed over.
            var index = _writer.Index;
            foreach (var block in _text.Blocks(index.NextWindow, Before(index, index.Shards.Count), _writer, progress: null, stop))
            {
                if (block.Unit >= unit)
                {
                    yield return block;
                }
            }
        }
    }

    private IEnumerable<RowBlock> OfShard(ShardFolder shards, int number, CancellationToken stop)
    {
        using var shard = shards.OpenShard(number);
        var entry = shard.Entry;
        var counts = new HarvestCounts(entry.Windows, entry.Tokens, entry.Rows, entry.FirstPositions, entry.MassiveTokens);
        var row = 0L;
        do
        {
            stop.ThrowIfCancellationRequested();
            var rows = new float[(int)Math.Min(_text.BatchTokens, entry.Rows - row) * HiddenSize];
            row += shard.ReadRows(row, rows);
            yield return new RowBlock(rows, entry.FirstWindow, Before(shards.Index, number), counts);
            counts = default;
        }
        while (row < entry.Rows);
    }

    private static string Before(ShardIndex index, int shard) => shard == 0 ? string.Empty : index.Shards[shard - 1].TextSha256;
}
