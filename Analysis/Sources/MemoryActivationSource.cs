using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Sources;

/// <summary>Rows that lie in memory, in another random order every epoch. Not thread-safe.</summary>
public sealed class MemoryActivationSource : IActivationSource
{
    private readonly ReadOnlyMemory<float> _rows;
    private readonly int[] _order;
    private readonly long _seed;
    private readonly int? _epochs;
    private readonly Lazy<string> _identity;
    private int _epoch;
    private int _next;

    /// <summary>Serves rows.</summary>
    /// <param name="rows">[n, d], at least one row, all finite; not copied.</param>
    /// <param name="hiddenSize">d.</param>
    /// <param name="seed">Decides the order of every epoch.</param>
    /// <param name="epochs">How often each row is served, or null for without end.</param>
    /// <exception cref="SteeringException">The rows are none, do not divide by d, or hold a number that is not finite.</exception>
    public MemoryActivationSource(ReadOnlyMemory<float> rows, int hiddenSize, long seed = 0, int? epochs = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs ?? 1, nameof(epochs));
        if (rows.IsEmpty || rows.Length % hiddenSize != 0)
        {
            throw new SteeringException($"{rows.Length} numbers are not rows of {hiddenSize}. Give at least one row, and whole rows.");
        }

        for (var row = 0; row < rows.Length / hiddenSize; row++)
        {
            ActivationChecks.Finite(rows.Span.Slice(row * hiddenSize, hiddenSize), () => string.Create(CultureInfo.InvariantCulture, $"row {row} of the activations in memory"));
        }

        _rows = rows;
        _seed = seed;
        _epochs = epochs;
        HiddenSize = hiddenSize;
        _order = new int[rows.Length / hiddenSize];
        _identity = new Lazy<string>(Identify);
        Shuffle();
    }

    /// <summary>Keeps all rows of one pass, in the stream's order: the shuffle is this source's own.</summary>
    /// <param name="stream">The rows; read to the end of the pass, not disposed of.</param>
    /// <param name="expectedRows">About how many rows there are: what is allocated first.</param>
    /// <param name="seed">Decides the order of every epoch.</param>
    /// <param name="progress">Told the number of rows read, or null.</param>
    /// <param name="cancellationToken">Stops waiting for the model.</param>
    /// <exception cref="SteeringException">There is no row, or there are more than one array holds.</exception>
    internal static MemoryActivationSource Collect(IRowStream stream, long expectedRows, long seed, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var width = stream.HiddenSize;
        var rows = new float[Math.Clamp(expectedRows, 1, Array.MaxLength / width) * width];
        var filled = 0;
        for (int read; (read = stream.Read(rows.AsSpan(filled), cancellationToken)) > 0;)
        {
            filled += read * width;
            progress?.Report(filled / width);
            if (filled == rows.Length)
            {
                Array.Resize(ref rows, Larger(filled / width, width));
            }
        }

        return new MemoryActivationSource(rows.AsMemory(0, filled), width, seed);
    }

    /// <inheritdoc/>
    public int HiddenSize { get; }

    /// <summary>Number of rows n of an epoch.</summary>
    public int Count => _order.Length;

    /// <inheritdoc/>
    public int Peek(Span<float> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = _epoch == _epochs ? 0 : Math.Min(rows.Length / HiddenSize, Count - _next);
        Copy(rows, count);
        return count;
    }

    /// <inheritdoc/>
    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var written = 0;
        for (var wanted = rows.Length / HiddenSize; written < wanted && _epoch != _epochs;)
        {
            var count = Math.Min(wanted - written, Count - _next);
            Copy(rows[(written * HiddenSize)..], count);
            written += count;
            _next += count;
            if (_next == Count)
            {
                _epoch++;
                Shuffle();
            }
        }

        return written;
    }

    /// <inheritdoc/>
    public void SaveState(Stream destination) => SourceState.Write(destination, _identity.Value, writer =>
    {
        writer.Write(_epoch);
        writer.Write(_next);
    });

    /// <inheritdoc/>
    public void RestoreState(Stream source) => SourceState.Read(source, _identity.Value, reader =>
    {
        var (epoch, next) = (reader.ReadInt32(), reader.ReadInt32());
        if (epoch < 0 || epoch > (_epochs ?? int.MaxValue) || next < 0 || next >= Count)
        {
            throw new SteeringException($"The saved state stands at row {next} of epoch {epoch}, which these {Count} rows do not have: it is damaged. Resume from an earlier checkpoint.");
        }

        _epoch = epoch;
        Shuffle();
        _next = next;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Shuffle()
    {
        for (var row = 0; row < Count; row++)
        {
            _order[row] = row;
        }

        new SeededRandom(_seed, _epoch).Shuffle(_order);
        _next = 0;
    }

    private void Copy(Span<float> destination, int count)
    {
        var rows = _rows.Span;
        for (var row = 0; row < count; row++)
        {
            rows.Slice(_order[_next + row] * HiddenSize, HiddenSize).CopyTo(destination[(row * HiddenSize)..]);
        }
    }

    private string Identify()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const int Piece = 1 << 20;
        for (var rows = _rows.Span; !rows.IsEmpty; rows = rows[Math.Min(Piece, rows.Length)..])
        {
            hash.AppendData(MemoryMarshal.AsBytes(rows[..Math.Min(Piece, rows.Length)]));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Count} rows of {HiddenSize} in memory (SHA-256 {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}), {(_epochs is null ? "endless" : $"{_epochs} epochs")}, seed {_seed}");
    }

    private static int Larger(int rows, int width)
    {
        var most = Array.MaxLength / width;
        return rows < most
            ? (int)Math.Min(most, rows + (rows / 4L) + 1) * width
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{rows} activations of {width} numbers are as many as memory takes at once; keep them in shards, or give less text."));
    }
}
