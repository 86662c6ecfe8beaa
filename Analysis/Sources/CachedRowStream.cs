using Steering.Analysis.Harvest;

namespace Steering.Analysis.Sources;

/// <summary>The first pass from the model into shards, the later ones from the shards.</summary>
internal sealed class CachedRowStream(HarvestRowStream first, Func<ShardRowStream> later) : IRowStream
{
    private ShardRowStream? _later;

    public int HiddenSize => first.HiddenSize;

    public string Identity => first.Identity;

    public HarvestCounts Counts => _later?.Counts ?? first.Counts;

    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        if (_later is not null)
        {
            return _later.Read(rows, cancellationToken);
        }

        var read = first.Read(rows, cancellationToken);
        if (read == 0)
        {
            // The model's memory is not needed any more.
            _later = later();
            first.Dispose();
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
            first.Save(writer);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _later?.Dispose();
        _later = null;
        if (reader.ReadBoolean())
        {
            _later = later();
            _later.Restore(reader);
        }
        else
        {
            first.Restore(reader);
        }
    }

    public void Dispose()
    {
        _later?.Dispose();
        first.Dispose();
    }
}
