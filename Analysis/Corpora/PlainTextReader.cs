using System.Globalization;
using System.Text;

namespace Steering.Analysis.Corpora;

/// <summary>Documents of a plain text.</summary>
internal static class PlainTextReader
{
    public static IEnumerable<TextDocument> Read(Stream stream, string name, TextCorpusOptions options) => options.Unit switch
    {
        TextUnit.Line => Lines(stream, name, options.MaximumBytes),
        TextUnit.Paragraph => Paragraphs(stream, name, options.MaximumBytes),
        _ => Whole(stream, name, options.MaximumBytes),
    };

    private static IEnumerable<TextDocument> Whole(Stream stream, string name, int maximumBytes)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            if (bytes.Length + read > maximumBytes)
            {
                throw new SteeringException($"{name} has more than {maximumBytes} bytes, too many for one document. Read it by paragraph or by line.");
            }

            bytes.Write(chunk, 0, read);
        }

        var content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        content = content.StartsWith("\uFEFF"u8) ? content[3..] : content;
        yield return new TextDocument { Number = 0, Place = name, Text = Utf8Lines.Decode(content, name) };
    }

    private static IEnumerable<TextDocument> Lines(Stream stream, string name, int maximumBytes)
    {
        var lines = new Utf8Lines(stream, name, maximumBytes);
        for (long number = 0; lines.TryRead(out var line);)
        {
            var text = lines.Text(line.Span);
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return new TextDocument { Number = number++, Place = Place(name, lines.Number), Text = text };
            }
        }
    }

    private static IEnumerable<TextDocument> Paragraphs(Stream stream, string name, int maximumBytes)
    {
        var lines = new Utf8Lines(stream, name, maximumBytes);
        var text = new StringBuilder();
        var (number, first, more) = (0L, 1L, true);
        while (more)
        {
            more = lines.TryRead(out var line);
            var part = more ? lines.Text(line.Span) : string.Empty;
            if (!string.IsNullOrWhiteSpace(part))
            {
                first = text.Length == 0 ? lines.Number : first;
                text.Append(part).Append('\n');
                if (text.Length > maximumBytes)
                {
                    throw new SteeringException($"{Place(name, first)}: the paragraph is longer than {maximumBytes} characters, the most a document may have. Read the text by line.");
                }
            }
            else if (text.Length > 0)
            {
                yield return new TextDocument { Number = number++, Place = Place(name, first), Text = text.ToString() };
                text.Clear();
            }
        }
    }

    private static string Place(string name, long line) => string.Create(CultureInfo.InvariantCulture, $"{name}, line {line}");
}
