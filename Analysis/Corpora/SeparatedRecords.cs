using System.Globalization;
using System.Text;

namespace Steering.Analysis.Corpora;

/// <summary>The records of separated values. A quoted field may go over several lines.</summary>
internal sealed class SeparatedRecords(Utf8Lines lines, string name, char separator, int maximumLength)
{
    private readonly StringBuilder _field = new();
    private readonly List<string> _fields = [];

    /// <summary>Number of the line on which the last record began.</summary>
    public long Line { get; private set; }

    /// <summary>The fields of the next record, or null at the end.</summary>
    /// <exception cref="SteeringException">A quote stands where none may, or is never closed.</exception>
    public string[]? Next()
    {
        if (!lines.TryRead(out var bytes))
        {
            return null;
        }

        Line = lines.Number;
        _fields.Clear();
        var text = lines.Text(bytes.Span);
        var position = 0;
        do
        {
            _field.Clear();
            if (position < text.Length && text[position] == '"')
            {
                Quoted(ref text, ref position);
            }
            else
            {
                Plain(text, ref position);
            }

            _fields.Add(_field.ToString());
        }
        while (position++ < text.Length);

        return [.. _fields];
    }

    private void Plain(string text, ref int position)
    {
        var end = text.IndexOf(separator, position);
        end = end < 0 ? text.Length : end;
        var field = text.AsSpan(position, end - position);

        // Tab-separated files often carry bare quotes inside a field, and there is no doubt what they mean.
        if (separator != '\t' && field.Contains('"'))
        {
            throw Refusal("a quote stands inside a field that does not begin with one");
        }

        _field.Append(field);
        position = end;
    }

    private void Quoted(ref string text, ref int position)
    {
        for (position++; ;)
        {
            var quote = text.IndexOf('"', position);
            if (quote < 0)
            {
                _field.Append(text, position, text.Length - position).Append(lines.Ending);
                if (_field.Length > maximumLength)
                {
                    throw Refusal($"a quoted field is longer than {maximumLength} characters");
                }

                if (!lines.TryRead(out var bytes))
                {
                    throw Refusal("a quote is never closed");
                }

                (text, position) = (lines.Text(bytes.Span), 0);
                continue;
            }

            _field.Append(text, position, quote - position);
            position = quote + 1;
            if (position < text.Length && text[position] == '"')
            {
                _field.Append('"');
                position++;
                continue;
            }

            if (position < text.Length && text[position] != separator)
            {
                throw Refusal("something other than the separator follows a closing quote");
            }

            return;
        }
    }

    private SteeringException Refusal(string problem) => new(string.Create(CultureInfo.InvariantCulture, $"{name}, line {Line}: {problem}. Quotes inside a quoted field are doubled (\"\")."));
}
