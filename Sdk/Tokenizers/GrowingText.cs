using System.Runtime.InteropServices;
using System.Text;

namespace Steering.Tokenizers;

/// <summary>
/// A text that grows, with its tokens: always those of the whole text. Where the tokenizer is known to cut before a space between two
/// letters, only what stands behind the last such space is encoded anew; otherwise everything is. Not thread-safe.
/// </summary>
internal sealed class GrowingText(TextTokenizer tokenizer)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _ids = [];
    private readonly List<Settled> _settled = [new(0, 0)];
    private string _tail = string.Empty;
    private int _alike;
    private bool _differs;

    /// <summary>Number of characters.</summary>
    public int Length => _text.Length;

    /// <summary>The tokens of what <see cref="Encode"/> saw.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Characters encoded so far, of all calls together.</summary>
    public long Encoded { get; private set; }

    /// <summary>Adds to the text.</summary>
    public void Append(string piece) => _text.Append(piece);

    /// <summary>A part of the text.</summary>
    public string Part(int start, int length) => _text.ToString(start, length);

    /// <summary>Brings <see cref="Ids"/> up to the text.</summary>
    public void Encode()
    {
        var (start, tokens) = _settled[^1];
        _ids.RemoveRange(tokens, _ids.Count - tokens);
        _tail = _text.ToString(start, _text.Length - start);
        if (LastBreak(_tail) is var cut and > 0)
        {
            var settled = _tail[..cut];
            var ids = EncodePart(settled);
            if (!_differs)
            {
                var said = tokenizer.Decode(ids);
                _alike = start + settled.AsSpan().CommonPrefixLength(said);
                _differs = !string.Equals(said, settled, StringComparison.Ordinal);
            }

            _ids.AddRange(ids);
            _settled.Add(new(start + cut, _ids.Count));
            _tail = _tail[cut..];
        }

        _ids.AddRange(EncodePart(_tail));
    }

    /// <summary>How much of the text its first tokens say, as far as they say the same.</summary>
    /// <param name="tokens">Their number.</param>
    public int LengthOf(int tokens)
    {
        var from = _settled.FindLastIndex(place => place.Tokens <= tokens);
        var (start, first) = _settled[from];
        if (_differs && start > _alike)
        {
            return _alike;
        }

        var end = from + 1 < _settled.Count ? _settled[from + 1].Characters : _text.Length;
        var said = tokenizer.Decode(Ids[first..tokens]);
        return start + _text.ToString(start, end - start).AsSpan().CommonPrefixLength(said);
    }

    private int[] EncodePart(string part)
    {
        Encoded += part.Length;
        return tokenizer.Encode(part);
    }

    /// <summary>The last place before a space between two letters, or 0.</summary>
    private int LastBreak(string text)
    {
        for (var place = tokenizer.BreaksBetweenWords ? text.Length - 2 : 0; place > 0; place--)
        {
            if (text[place] == ' ' && char.IsLetter(text[place - 1]) && char.IsLetter(text[place + 1]))
            {
                return place;
            }
        }

        return 0;
    }

    private readonly record struct Settled(int Characters, int Tokens);
}
