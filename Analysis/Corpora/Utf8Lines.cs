using System.Text;

namespace Steering.Analysis.Corpora;

/// <summary>
/// The lines of a UTF-8 stream with their numbers, each in bounded memory. A byte-order mark is passed over; line ends
/// are LF or CR LF and stay out of the line. With <paramref name="bareReturns"/> a CR alone ends a line too, as in tables of old.
/// </summary>
internal sealed class Utf8Lines(Stream stream, string name, int maximumBytes, bool bareReturns = false)
{
    private const int ChunkSize = 1 << 16;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _chunk = new byte[ChunkSize];
    private byte[] _line = new byte[ChunkSize];
    private int _start;
    private int _end;

    /// <summary>Number of the line last read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>How the line last read ended; empty at the end of the file.</summary>
    public string Ending { get; private set; } = string.Empty;

    /// <summary>Reads a line's bytes; they stay valid until the next call.</summary>
    /// <param name="line">The line without its end.</param>
    /// <returns>Whether there was a line.</returns>
    /// <exception cref="SteeringException">The line is longer than allowed.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var length = 0;
        var ended = false;
        while (!ended && Fill())
        {
            var rest = _chunk.AsSpan(_start.._end);
            var feed = bareReturns ? rest.IndexOfAny((byte)'\n', (byte)'\r') : rest.IndexOf((byte)'\n');
            ended = feed >= 0;
            var part = ended ? rest[..feed] : rest;
            var isReturn = ended && rest[feed] == (byte)'\r';
            Append(part, ref length);
            _start += part.Length + (ended ? 1 : 0);
            Ending = !ended ? string.Empty : isReturn ? "\r" : "\n";
            if (isReturn && Fill() && _chunk[_start] == (byte)'\n')
            {
                (_start, Ending) = (_start + 1, "\r\n");
            }
        }

        if (length == 0 && !ended)
        {
            line = default;
            return false;
        }

        Number++;
        if (Ending == "\n" && !bareReturns && length > 0 && _line[length - 1] == (byte)'\r')
        {
            (length, Ending) = (length - 1, "\r\n");
        }

        var from = Number == 1 && _line.AsSpan(0, length).StartsWith("\uFEFF"u8) ? 3 : 0;
        line = _line.AsMemory(from, length - from);
        return true;
    }

    /// <summary>A line's text.</summary>
    /// <exception cref="SteeringException">The bytes are no UTF-8.</exception>
    public string Text(ReadOnlySpan<byte> line) => Decode(line, $"{name}, line {Number}");

    /// <summary>Text of bytes that must be UTF-8.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string place)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new SteeringException($"{place} is not UTF-8: {failure.Message} Convert the file to UTF-8 first.", failure);
        }
    }

    private bool Fill()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, stream.Read(_chunk));
        }

        return _end > _start;
    }

    private void Append(ReadOnlySpan<byte> part, ref int length)
    {
        if (part.Length > maximumBytes - length)
        {
            throw new SteeringException($"{name}, line {Number + 1} is longer than {maximumBytes} bytes, the most a line may have. Split it into several.");
        }

        if (length + part.Length > _line.Length)
        {
            Array.Resize(ref _line, (int)Math.Min(Math.Max(2L * _line.Length, length + part.Length), Array.MaxLength));
        }

        part.CopyTo(_line.AsSpan(length));
        length += part.Length;
    }
}
