using System.Globalization;

namespace Steering.Templates;

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: one line end behind a block goes,
/// white space between a line's start and a block goes, <c>-</c> takes all white space on its side and <c>+</c> none.
/// </summary>
internal sealed partial class TemplateLexer
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

            return _text.AsSpan(line, end - line).ContainsAnyExcept(PythonText.AnySpace) ? end : line;
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
