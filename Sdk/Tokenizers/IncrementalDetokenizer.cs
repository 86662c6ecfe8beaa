using System.Text;

namespace Steering.Tokenizers;

/// <summary>Text of tokens that arrive one at a time. Incomplete characters are kept back until they are whole. Not thread-safe. Spaces before punctuation are not cleaned up: they are out by the time it comes.</summary>
public sealed class IncrementalDetokenizer
{
    private readonly TextTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[64];
    private int _toStrip;

    internal IncrementalDetokenizer(TextTokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _toStrip = tokenizer.Decoder.StripStart;
    }

    /// <summary>Adds a token.</summary>
    /// <returns>The text that is complete with it; empty when none is.</returns>
    /// <exception cref="SteeringException">There is no such id.</exception>
    public string Append(int id) =>
        _skipSpecialTokens && _tokenizer.IsSpecial(id) ? string.Empty : Convert(_tokenizer.TokenBytes(id).Bytes, flush: false);

    /// <summary>Ends the text.</summary>
    /// <returns>U+FFFD for a character that stayed incomplete, else nothing.</returns>
    public string Finish() => Convert([], flush: true);

    private string Convert(byte[] bytes, bool flush)
    {
        // A kept-back start of a character can add one more.
        if (_characters.Length < bytes.Length + 4)
        {
            _characters = new char[bytes.Length + 4];
        }

        var text = _characters.AsSpan(0, _utf8.GetChars(bytes, _characters, flush));
        while (_toStrip > 0 && text.Length > 0)
        {
            if (text[0] != _tokenizer.Decoder.StripCharacter)
            {
                _toStrip = 0;
                break;
            }

            text = text[1..];
            _toStrip--;
        }

        return text.ToString();
    }
}
