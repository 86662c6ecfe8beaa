using System.Globalization;
using System.Numerics;
using System.Text;

namespace Steering.Templates;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Number,
    Operator,
    End,
}

/// <summary>A piece of a template. <paramref name="Value"/> is the number of a number; <paramref name="Text"/> everything else.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset, object? Value = null)
{
    public bool Is(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string name) => Kind == TokenKind.Operator && Text == name;

    public string Described => Kind switch
    {
        TokenKind.Data => "template data",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.End => "end of template",
        _ => Text,
    };
}

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: one line end behind a block goes,
/// white space between a line's start and a block goes, <c>-</c> takes all white space on its side and <c>+</c> none.
/// </summary>
internal sealed class TemplateLexer
{
    private static readonly string[] Operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly TemplateSource _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _brackets = [];
    private bool _lineStarting = true;
    private int _at;

    private TemplateLexer(TemplateSource source) => (_source, _text) = (source, source.Text);

    public static List<Token> Read(TemplateSource source)
    {
        var lexer = new TemplateLexer(source);
        while (lexer._at < source.Text.Length)
        {
            lexer.ReadData();
        }

        lexer.Add(TokenKind.End, string.Empty, source.Text.Length);
        return lexer._tokens;
    }

    /// <summary>Text up to the next tag, and the tag.</summary>
    private void ReadData()
    {
        var open = NextTag();
        if (open < 0)
        {
            AddData(_at, _text.Length);
            _at = _text.Length;
            return;
        }

        var kind = _text[open + 1];
        var sign = Sign(open + 2);
        AddData(_at, Stripped(_at, open, sign, strips: kind != '{'));
        _at = open + (sign == ' ' ? 2 : 3);
        switch (kind)
        {
            case '#':
                SkipComment(open);
                break;
            case '%' when RawBegin() is var body && body >= 0:
                ReadRaw(open, body);
                break;
            case '%':
                ReadTag(open, TokenKind.BlockBegin, TokenKind.BlockEnd, "%}");
                break;
            default:
                ReadTag(open, TokenKind.VariableBegin, TokenKind.VariableEnd, "}}");
                break;
        }

        _lineStarting = _text[_at - 1] == '\n';
    }

    private int NextTag()
    {
        for (var open = _at; (open = _text.IndexOf('{', open)) >= 0 && open + 1 < _text.Length; open++)
        {
            if (_text[open + 1] is '{' or '%' or '#')
            {
                return open;
            }
        }

        return -1;
    }

    private char Sign(int at) => at < _text.Length && _text[at] is '-' or '+' ? _text[at] : ' ';

    /// <summary>Where the text before a tag ends.</summary>
    private int Stripped(int start, int end, char sign, bool strips)
    {
        if (sign == '-')
        {
            while (end > start && PythonText.IsSpace(_text[end - 1]))
            {
                end--;
            }
        }
        else if (sign != '+' && strips)
        {
            var line = end > start ? _text.LastIndexOf('\n', end - 1, end - start) + 1 : 0;
            if (line == 0)
            {
                line = _lineStarting ? start : end;
            }

            return _text.AsSpan(line, end - line).ContainsAnyExcept(PythonText.Spaces) ? end : line;
        }

        return end;
    }

    private int SkipSpace(int at)
    {
        while (at < _text.Length && PythonText.IsSpace(_text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>The place behind a tag's end: white space after <c>-</c>, one line end after a plain block.</summary>
    private int Behind(int end, char sign, bool trims) =>
        sign == '-' ? SkipSpace(end) : sign != '+' && trims && end < _text.Length && _text[end] == '\n' ? end + 1 : end;

    private void SkipComment(int open)
    {
        var close = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Error(open, "the comment is never closed with #}");
        }

        _at = Behind(close + 2, close > _at ? Sign(close - 1) : ' ', trims: true);
    }

    private int RawBegin()
    {
        var at = SkipSpace(_at);
        if (string.CompareOrdinal(_text, at, "raw", 0, 3) != 0)
        {
            return -1;
        }

        at = SkipSpace(at + 3);
        return string.CompareOrdinal(_text, at, "%}", 0, 2) == 0 ? at + 2 : string.CompareOrdinal(_text, at, "-%}", 0, 3) == 0 ? SkipSpace(at + 3) : -1;
    }

    private void ReadRaw(int open, int body)
    {
        _lineStarting = _text[body - 1] == '\n';
        for (var at = body; (at = _text.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            var sign = Sign(at + 2);
            var name = SkipSpace(at + (sign == ' ' ? 2 : 3));
            if (string.CompareOrdinal(_text, name, "endraw", 0, 6) != 0)
            {
                continue;
            }

            var end = SkipSpace(name + 6);
            var closing = Sign(end);
            end += closing == ' ' ? 0 : 1;
            if (string.CompareOrdinal(_text, end, "%}", 0, 2) == 0)
            {
                AddData(body, Stripped(body, at, sign, strips: true));
                _at = Behind(end + 2, closing, trims: true);
                return;
            }
        }

        throw Error(open, "the raw block is never closed with {% endraw %}");
    }

    private void ReadTag(int open, TokenKind begin, TokenKind end, string closing)
    {
        Add(begin, closing, open);
        _brackets.Clear();
        while (true)
        {
            _at = SkipSpace(_at);
            if (_at >= _text.Length)
            {
                throw Error(open, $"the tag is never closed with {closing}");
            }

            if (_brackets.Count == 0)
            {
                var sign = _text[_at] is '-' || (_text[_at] is '+' && end == TokenKind.BlockEnd) ? _text[_at] : ' ';
                var at = sign == ' ' ? _at : _at + 1;
                if (string.CompareOrdinal(_text, at, closing, 0, 2) == 0)
                {
                    Add(end, closing, _at);
                    _at = Behind(at + 2, sign, trims: end == TokenKind.BlockEnd);
                    return;
                }
            }

            ReadToken();
        }
    }

    private void ReadToken()
    {
        var c = _text[_at];
        if (char.IsAsciiDigit(c) && ReadNumber())
        {
            return;
        }

        if (c == '_' || char.IsLetterOrDigit(c))
        {
            var start = _at;
            while (_at < _text.Length && (_text[_at] == '_' || char.IsLetterOrDigit(_text[_at]) || CharUnicodeInfo.GetUnicodeCategory(_text[_at]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            {
                _at++;
            }

            if (char.IsDigit(c))
            {
                throw Error(start, "a name cannot begin with a digit");
            }

            Add(TokenKind.Name, _text[start.._at], start);
        }
        else if (c is '"' or '\'')
        {
            ReadText(c);
        }
        else
        {
            ReadOperator(c);
        }
    }

    private void ReadOperator(char c)
    {
        var name = Array.Find(Operators, candidate => string.CompareOrdinal(_text, _at, candidate, 0, candidate.Length) == 0)
            ?? throw Error(_at, $"unexpected character '{c}'");
        if (c is '(' or '[' or '{')
        {
            _brackets.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        }
        else if (c is ')' or ']' or '}' && (!_brackets.TryPop(out var expected) || expected != c))
        {
            throw Error(_at, $"unexpected '{c}'");
        }

        Add(TokenKind.Operator, name, _at);
        _at += name.Length;
    }

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

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            Add(TokenKind.Data, _text[start..end], start);
        }
    }

    private void Add(TokenKind kind, string text, int offset, object? value = null) => _tokens.Add(new Token(kind, text, offset, value));

    private TemplateException Error(int offset, string reason) => new(TemplateFault.Syntax, _source, offset, reason);
}
