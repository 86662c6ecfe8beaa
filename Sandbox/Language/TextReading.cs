namespace Steering.Sandbox.Language;

/// <summary>
/// A written text that templates are laid along. It reads what <see cref="Spelling.Tidy"/> makes of a template: capitals at
/// the start of sentences, one blank where several were, "an" before vowels.
/// </summary>
internal sealed class TextReading
{
    private const int LongestNumber = 6;

    private readonly string _text;
    private readonly bool[] _capital;

    public TextReading(string text)
    {
        _text = text;
        _capital = new bool[text.Length];
        var start = true;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '.' or '?' or '!')
            {
                start = true;
            }
            else if (char.IsAsciiLetterOrDigit(text[i]))
            {
                _capital[i] = start;
                start = false;
            }
        }
    }

    public int Length => _text.Length;

    /// <summary>Where the text goes on after words that stand at a place, or −1 where other words stand there.</summary>
    public int After(int at, string words)
    {
        foreach (var letter in words)
        {
            if (letter == ' ')
            {
                at = AfterBlank(at);
            }
            else if (at < _text.Length && _text[at] == (_capital[at] ? char.ToUpperInvariant(letter) : letter))
            {
                at++;
            }
            else
            {
                return -1;
            }

            if (at < 0)
            {
                return -1;
            }
        }

        return at;
    }

    /// <summary>Where the text goes on after a number of one to six digits, or −1.</summary>
    public int AfterNumber(int at)
    {
        var end = at;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
        {
            end++;
        }

        return end > at && end - at <= LongestNumber ? end : -1;
    }

    /// <summary>Where the text goes on after an equation such as <c>3 + 4 = 7</c>, true or not, or −1.</summary>
    public int AfterEquation(int at)
    {
        at = AfterNumber(at);
        if (at < 0 || at + 2 >= _text.Length || _text[at] != ' ' || _text[at + 1] is not ('+' or '-' or 'x' or '/') || _text[at + 2] != ' ')
        {
            return -1;
        }

        at = AfterNumber(at + 3);
        at = at < 0 ? -1 : After(at, " = ");
        return at < 0 ? -1 : AfterNumber(at);
    }

    private int AfterBlank(int at)
    {
        // Blanks at the ends and blanks in a row were tidied away.
        if (at == 0 || at == _text.Length || _text[at - 1] == ' ')
        {
            return at;
        }

        if (_text[at] == ' ')
        {
            return at + 1;
        }

        var article = _text[at - 1] is 'a' or 'A' && (at == 1 || !char.IsAsciiLetter(_text[at - 2]));
        return article && _text[at] == 'n' && at + 1 < _text.Length && _text[at + 1] == ' ' ? at + 2 : -1;
    }
}
