using System.Globalization;
using System.Text;

namespace Steering.Templates;

/// <content>Numbers and texts.</content>
internal sealed partial class TemplateLexer
{
    /// <summary>Digits with single underscores between them.</summary>
    private int Digits(int at, Func<char, bool> digit)
    {
        while (at < _text.Length && (digit(_text[at]) || (_text[at] == '_' && at + 1 < _text.Length && digit(_text[at + 1]))))
        {
            at++;
        }

        return at;
    }

    private bool ReadNumber()
    {
        var start = _at;
        if (_text[start] == '0' && start + 2 < _text.Length && char.ToLowerInvariant(_text[start + 1]) is var mark and ('x' or 'o' or 'b'))
        {
            Func<char, bool> digit = mark switch { 'x' => char.IsAsciiHexDigit, 'o' => c => c is >= '0' and <= '7', _ => c => c is '0' or '1' };
            var stop = Digits(start + 2, digit);
            if (stop > start + 2)
            {
                return AddNumber(start, stop, PythonNumber.ParseDigits(_text[(start + 2)..stop].Replace("_", string.Empty, StringComparison.Ordinal), mark == 'x' ? 16 : mark == 'o' ? 8 : 2));
            }
        }

        var end = Digits(start, char.IsAsciiDigit);
        var whole = end;
        if (start == 0 || _text[start - 1] != '.')
        {
            if (end + 1 < _text.Length && _text[end] == '.' && char.IsAsciiDigit(_text[end + 1]))
            {
                end = Digits(end + 1, char.IsAsciiDigit);
            }

            if (end < _text.Length && _text[end] is 'e' or 'E')
            {
                var digits = end + 1 < _text.Length && _text[end + 1] is '+' or '-' ? end + 2 : end + 1;
                end = digits < _text.Length && char.IsAsciiDigit(_text[digits]) ? Digits(digits, char.IsAsciiDigit) : end;
            }
        }

        var text = _text[start..end].Replace("_", string.Empty, StringComparison.Ordinal);
        if (end > whole)
        {
            return AddNumber(start, end, double.Parse(text, CultureInfo.InvariantCulture));
        }

        // As in Python, 012 is no number.
        return text[0] == '0' && text.AsSpan().ContainsAnyExcept('0') ? throw Error(start, $"{text} is no number") : AddNumber(start, end, PythonNumber.ParseDigits(text, 10));
    }

    private bool AddNumber(int start, int end, object? value)
    {
        if (value is null)
        {
            throw Error(start, $"the number has more than {PythonNumber.LargestBits} bits");
        }

        Add(TokenKind.Number, _text[start..end], start, value);
        _at = end;
        return true;
    }

    private void ReadText(char quote)
    {
        var start = _at++;
        var text = new StringBuilder();
        while (true)
        {
            var stop = _at < _text.Length ? _text.AsSpan(_at).IndexOfAny(quote, '\\') : -1;
            if (stop < 0 || _at + stop + 1 > _text.Length)
            {
                throw Error(start, "the text is never closed with its quotation mark");
            }

            text.Append(_text, _at, stop);
            _at += stop + 1;
            if (_text[_at - 1] == quote)
            {
                break;
            }

            ReadEscape(start, text);
        }

        Add(TokenKind.Text, text.ToString(), start);
    }

    private void ReadEscape(int start, StringBuilder text)
    {
        if (_at >= _text.Length)
        {
            throw Error(start, "the text is never closed with its quotation mark");
        }

        var c = _text[_at++];
        const string Names = "\\'\"abfnrtv";
        const string Values = "\\'\"\a\b\f\n\r\t\v";
        if (Names.IndexOf(c, StringComparison.Ordinal) is var known and >= 0)
        {
            text.Append(Values[known]);
        }
        else if (c is 'x' or 'u' or 'U')
        {
            var length = c == 'x' ? 2 : c == 'u' ? 4 : 8;
            if (_at + length > _text.Length || !uint.TryParse(_text.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10FFFF)
            {
                throw Error(_at - 2, $"\\{c} needs {length} hexadecimal digits of a character");
            }

            _at += length;
            _ = code > 0xFFFF ? text.Append(char.ConvertFromUtf32((int)code)) : text.Append((char)code);
        }
        else if (c is >= '0' and <= '7')
        {
            var value = c - '0';
            for (var count = 1; count < 3 && _at < _text.Length && _text[_at] is >= '0' and <= '7'; count++)
            {
                value = (value * 8) + (_text[_at++] - '0');
            }

            text.Append((char)value);
        }
        else if (c == 'N')
        {
            throw Error(_at - 2, "\\N{…} is not read; write the character itself");
        }
        else if (c != '\n')
        {
            text.Append('\\').Append(c);
        }
    }
}
