using System.Text;

namespace Steering.Decoding;

/// <summary>
/// Lets text through until a stop sequence appears, across token borders: text that may still become a stop sequence is
/// held back until it is decided.
/// </summary>
internal sealed class StopSequenceFilter
{
    private readonly string[] _stops;
    private readonly StringBuilder _held = new();

    /// <exception cref="SteeringException">A stop sequence is empty.</exception>
    public StopSequenceFilter(IReadOnlyList<string> stops)
    {
        if (stops.Any(string.IsNullOrEmpty))
        {
            throw new SteeringException("A stop sequence is empty; it would end every completion at once. Remove it.");
        }

        _stops = [.. stops];
    }

    /// <summary>Whether a stop sequence has appeared; then no more text is let through.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes a piece of text and returns what may be shown.</summary>
    public string Append(string piece)
    {
        if (Stopped)
        {
            return string.Empty;
        }

        if (_stops.Length == 0)
        {
            return piece;
        }

        var text = _held.Append(piece).ToString();
        var stop = _stops.Select(candidate => text.IndexOf(candidate, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        if (stop >= 0)
        {
            Stopped = true;
            _held.Clear();
            return text[..stop];
        }

        var open = _stops.Max(candidate => LongestOpening(text, candidate));
        _held.Clear().Append(text, text.Length - open, open);
        return text[..^open];
    }

    /// <summary>The text still held back when the turn ends without a stop sequence.</summary>
    public string Flush()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    // The length of the longest proper beginning of `stop` that `text` ends with.
    private static int LongestOpening(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
