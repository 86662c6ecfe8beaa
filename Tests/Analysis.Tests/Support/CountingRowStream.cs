using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;

namespace Steering.Tests.Analysis;

/// <summary>Rows that carry their own number, in order, pass after pass.</summary>
internal sealed class CountingRowStream(int count, int width) : IRowStream
{
    private int _next;

    public int HiddenSize => width;

    public string Identity => $"{count} counted rows of {width}";

    public HarvestCounts Counts => new(1, count, count, 0, 0);

    public long CountTokens(CancellationToken cancellationToken) => count;

    /// <summary>The number of the row before which a read throws, or −1.</summary>
    public int FailAt { get; set; } = -1;

    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_next == FailAt)
        {
            throw new IOException("The stream broke.");
        }

        if (_next == count)
        {
            _next = 0;
            return 0;
        }

        rows[..width].Fill(0.5f);
        rows[0] = _next++;
        return 1;
    }

    public void Save(BinaryWriter writer) => writer.Write(_next);

    public void Restore(BinaryReader reader) => _next = reader.ReadInt32();

    public void Dispose()
    {
    }
}
