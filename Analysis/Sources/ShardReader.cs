using System.Security.Cryptography;
using System.Text;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Sources;

/// <summary>The rows of complete shards, the shards in another random order every pass.</summary>
internal sealed class ShardReader(ShardFolder folder, long seed, int firstPass) : IRowStream
{
    private const int OrderStream = 1 << 20;

    private ShardFile? _shard;
    private int[] _order = [];
    private int _pass = firstPass;
    private int _next;
    private long _row;

    /// <summary>The rows of a folder, which must be complete.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="firstPass">Number of the first pass.</param>
    /// <exception cref="SteeringException">It is not complete.</exception>
    public static ShardReader Over(ShardFolder folder, long seed, int firstPass = 0) => folder.Index.IsComplete
        ? new ShardReader(folder, seed, firstPass)
        : throw new SteeringException($"{folder.Path} is not complete: it holds the first {folder.Index.NextWindow} windows of its text. Run the harvest that made it again with the same options; it goes on from there.");

    public int HiddenSize => folder.HiddenSize;

    public string Identity { get; } = $"the {folder.Index.Shards.Count} shards of {folder.Index.Job.ModelName} at {folder.Index.Job.Site} (SHA-256 {Checksum(folder.Index)}), seed {seed}";

    public HarvestCounts Counts => folder.Index.Counts;

    public long CountTokens(CancellationToken cancellationToken) => Counts.Tokens;

    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = 0;
        while (read * HiddenSize < rows.Length)
        {
            if (_shard is null)
            {
                Order();
                if (_next == _order.Length)
                {
                    if (read == 0)
                    {
                        (_pass, _next, _order) = (_pass + 1, 0, []);
                    }

                    break;
                }

                _shard = folder.OpenShard(_order[_next]);
            }

            var part = _shard.ReadRows(_row, rows[(read * HiddenSize)..]);
            read += part;
            _row += part;
            if (_row == _shard.Entry.Rows)
            {
                Close();
                (_next, _row) = (_next + 1, 0);
            }
        }

        return read;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_pass);
        writer.Write(_next);
        writer.Write(_row);
    }

    public void Restore(BinaryReader reader)
    {
        Close();
        (_pass, _next, _row, _order) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), []);
        var count = folder.Index.Shards.Count;
        Order();
        if (_pass < 0 || _next < 0 || _next > count || _row < 0 || (_row > 0 && (_next == count || _row >= folder.Index.Shards[_order[_next]].Rows)))
        {
            throw new SteeringException($"The saved state stands at row {_row} of shard {_next} of {count}: it is damaged. Resume from an earlier checkpoint.");
        }
    }

    public void Dispose() => Close();

    private static string Checksum(ShardIndex index) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(index.Shards.Select(shard => shard.Sha256)))))[..16];

    private void Order()
    {
        if (_order.Length == 0)
        {
            _order = [.. Enumerable.Range(0, folder.Index.Shards.Count)];
            new SeededRandom(seed, OrderStream + _pass).Shuffle(_order);
        }
    }

    private void Close()
    {
        _shard?.Dispose();
        _shard = null;
    }
}
