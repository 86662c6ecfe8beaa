using System.Globalization;
using System.Runtime.InteropServices;
using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Sources;

/// <summary>
/// Serves a stream of rows through a mixing buffer: the buffer is filled and shuffled, half of it is served, it is filled up
/// and shuffled again. At the end of a pass it is served to the last row, so that every row comes once in each pass. The
/// order follows from the stream and the seed alone. Not thread-safe.
/// </summary>
public sealed class ShuffleBuffer : IActivationSource
{
    private const long DefaultBytes = 256 << 20;
    private const int MostDefaultRows = 1 << 16;

    private readonly IRowStream _stream;
    private readonly SeededRandom _random;
    private readonly float[] _rows;
    private readonly int[] _order;
    private readonly int? _passes;
    private readonly string _identity;
    private int _next;
    private int _end;
    private int _pass;
    private bool _streamEnded;
    private bool _filling;
    private float[] _held = [];

    internal ShuffleBuffer(IRowStream stream, int? bufferRows, long seed, int? passes)
    {
        _stream = stream;
        var capacity = bufferRows ?? DefaultRows(stream.HiddenSize);
        if (capacity < 2 || (long)capacity * stream.HiddenSize > Array.MaxLength)
        {
            throw new SteeringException($"A mixing buffer of {capacity} rows is not possible; give 2 to {Array.MaxLength / stream.HiddenSize}.");
        }

        if (passes < 1)
        {
            throw new SteeringException($"{passes} passes over the text are not possible; give 1 or more.");
        }

        _passes = passes;
        _random = new SeededRandom(seed, 0);
        _rows = GC.AllocateUninitializedArray<float>(capacity * stream.HiddenSize);
        _order = [.. Enumerable.Range(0, capacity)];
        _identity = string.Create(CultureInfo.InvariantCulture, $"{stream.Identity}, buffer of {capacity} rows, seed {seed}, {(passes is null ? "endless" : $"{passes} passes")}");
    }

    /// <inheritdoc/>
    public int HiddenSize => _stream.HiddenSize;

    /// <summary>Passes over the text that were served completely.</summary>
    public int PassesDone => _pass;

    /// <summary>Rows of the mixing buffer.</summary>
    public int BufferRows => _order.Length;

    /// <summary>What the first pass over the text has given so far, left-out tokens included.</summary>
    public HarvestCounts Counts => _stream.Counts;

    /// <summary>Counts the tokens of one pass, left-out ones included: of a text by cutting it into tokens, which are kept for the passes to come; the model is not run. To be called before the first read.</summary>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <exception cref="SteeringException">The text is standard input, which cannot be read twice, or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The text is being read.</exception>
    public long CountTokens(CancellationToken cancellationToken = default) => _stream.CountTokens(cancellationToken);

    private int Remaining => _end - _next;

    /// <summary>Rows of the buffer where none are asked for: 65,536, or what fits into 256 MiB.</summary>
    /// <param name="hiddenSize">d.</param>
    public static int DefaultRows(int hiddenSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        return (int)Math.Max(2, Math.Min(MostDefaultRows, DefaultBytes / (sizeof(float) * (long)hiddenSize)));
    }

    /// <inheritdoc/>
    /// <remarks>Fills the buffer first. What is shown is the buffer's front in its present order: half of the buffer at most is what <see cref="Read"/> gives next.</remarks>
    public int Peek(Span<float> rows, CancellationToken cancellationToken)
    {
        var held = Math.Min(rows.Length, _held.Length) / HiddenSize;
        _held.AsSpan(0, held * HiddenSize).CopyTo(rows);
        if (!Ready(cancellationToken))
        {
            return held;
        }

        var count = Math.Min((rows.Length / HiddenSize) - held, Remaining);
        for (var row = 0; row < count; row++)
        {
            Slot(_order[_next + row]).CopyTo(rows[((held + row) * HiddenSize)..]);
        }

        return held + count;
    }

    /// <inheritdoc/>
    /// <remarks>When it throws, no row is lost: the next read, of this source or of one that restores its state, begins where this one began.</remarks>
    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (written, wanted) = (Math.Min(rows.Length, _held.Length) / HiddenSize, rows.Length / HiddenSize);
        _held.AsSpan(0, written * HiddenSize).CopyTo(rows);
        _held = _held[(written * HiddenSize)..];
        try
        {
            while (written < wanted && Ready(cancellationToken))
            {
                written += Serve(rows[(written * HiddenSize)..(wanted * HiddenSize)]);
            }
        }
        catch
        {
            _held = [.. rows[..(written * HiddenSize)], .. _held];
            throw;
        }

        return written;
    }

    /// <inheritdoc/>
    public void SaveState(Stream destination) => SourceState.Write(destination, _identity, writer =>
    {
        writer.Write(_pass);
        writer.Write(_streamEnded);
        writer.Write(_filling);
        _random.Save(writer);
        _stream.Save(writer);
        writer.Write(_held.Length / HiddenSize);
        writer.Write(MemoryMarshal.AsBytes(_held.AsSpan()));
        writer.Write(Remaining);
        for (var row = _next; row < _end; row++)
        {
            writer.Write(MemoryMarshal.AsBytes(Slot(_order[row])));
        }
    });

    /// <inheritdoc/>
    public void RestoreState(Stream source) => SourceState.Read(source, _identity, reader =>
    {
        _pass = reader.ReadInt32();
        _streamEnded = reader.ReadBoolean();
        _filling = reader.ReadBoolean();
        _random.Restore(reader);
        _stream.Restore(reader);
        _held = new float[Count(reader, (int)Math.Min(Array.MaxLength, source.CanSeek ? (source.Length - source.Position) / sizeof(float) : Array.MaxLength) / HiddenSize) * HiddenSize];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(_held.AsSpan()));
        var remaining = Count(reader, _order.Length);
        for (var slot = 0; slot < _order.Length; slot++)
        {
            _order[slot] = slot;
        }

        (_next, _end) = (0, remaining);
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(_rows.AsSpan(0, remaining * HiddenSize)));
    });

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static int Count(BinaryReader reader, int maximum)
    {
        var count = reader.ReadInt32();
        return count >= 0 && count <= maximum
            ? count
            : throw new SteeringException($"The saved state holds {count} rows where 0 to {maximum} are possible: it is damaged. Resume from an earlier checkpoint.");
    }

    /// <summary>Serves rows of the buffer, not beyond the place where it is refilled: exactly half, however many rows are read at a time.</summary>
    private int Serve(Span<float> rows)
    {
        var count = Math.Min(rows.Length / HiddenSize, Remaining - (_streamEnded ? 0 : _order.Length / 2));
        for (var row = 0; row < count; row++)
        {
            Slot(_order[_next++]).CopyTo(rows[(row * HiddenSize)..]);
        }

        if (_streamEnded && Remaining == 0)
        {
            _pass++;
            _streamEnded = false;
        }

        return count;
    }

    /// <summary>Whether there is a row to serve; fills the buffer when it is due.</summary>
    private bool Ready(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_pass == _passes)
        {
            return false;
        }

        if (_filling || (!_streamEnded && Remaining <= _order.Length / 2))
        {
            Fill(cancellationToken);
        }

        return true;
    }

    private void Fill(CancellationToken cancellationToken)
    {
        // What remains moves to the front; the served slots behind it take the next rows. A cancelled fill goes on where it stopped.
        var remaining = _order[_next.._end];
        int[] free = [.. _order[_end..], .. _order[.._next]];
        remaining.CopyTo(_order, 0);
        free.CopyTo(_order, remaining.Length);
        (_next, _end) = (0, remaining.Length);
        _filling = true;
        while (_end < _order.Length && !_streamEnded)
        {
            _streamEnded = _stream.Read(Slot(_order[_end]), cancellationToken) == 0;
            _end += _streamEnded ? 0 : 1;
        }

        if (Remaining == 0)
        {
            throw new SteeringException("The whole text gives no activation that is not left out. Use longer windows, or keep massive activations and first positions.");
        }

        _random.Shuffle(_order.AsSpan(0, _end));
        _filling = false;
    }

    private Span<float> Slot(int slot) => _rows.AsSpan(slot * HiddenSize, HiddenSize);
}
