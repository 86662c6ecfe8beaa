using System.Text;
using Spectre.Console.Rendering;

namespace Steering.Cli.Terminal;

/// <summary>Text in lines that end between words. Nothing moves a cursor, so that a log of it reads like the screen.</summary>
internal static class WordWrap
{
    /// <summary>A text whose lines fit a width; what a line is continued with stands below its second column, or else below its first word.</summary>
    /// <param name="text">Lines.</param>
    /// <param name="width">Cells of a line.</param>
    public static string Lines(string text, int width)
    {
        var wrapped = new StringBuilder();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            wrapped.Append(wrapped.Length > 0 ? Environment.NewLine : string.Empty);
            var writer = new WordWrapper(piece => wrapped.Append(piece), width, Cells(line) <= width ? 0 : Hang(line, width));
            writer.Write(line);
            writer.Flush();
        }

        return wrapped.ToString();
    }

    /// <summary>Cells that a text takes on a terminal.</summary>
    public static int Cells(string text) => new Segment(text).CellCount();

    private static int Hang(string line, int width)
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        var gap = line.IndexOf("  ", indent, StringComparison.Ordinal);
        if (gap < 0)
        {
            return indent;
        }

        var column = line.Length - line[gap..].TrimStart(' ').Length;
        return column <= width / 2 ? column : indent;
    }
}

/// <summary>The same for a text that comes in pieces which begin and end anywhere: a word is written when it is whole.</summary>
/// <param name="write">Receives what is written.</param>
/// <param name="width">Cells of a line.</param>
/// <param name="hang">Blanks before the continuation of a line.</param>
internal sealed class WordWrapper(Action<string> write, int width, int hang = 0)
{
    private readonly StringBuilder _word = new();
    private string _blanks = string.Empty;
    private int _column;

    /// <summary>Adds a piece.</summary>
    public void Write(string piece)
    {
        foreach (var letter in piece)
        {
            switch (letter)
            {
                case '\n':
                    Flush();
                    write(Environment.NewLine);
                    (_blanks, _column) = (string.Empty, 0);
                    break;
                case '\r':
                    break;
                case ' ' or '\t':
                    Flush();
                    _blanks += ' ';
                    break;
                default:
                    _word.Append(letter);
                    break;
            }
        }
    }

    /// <summary>Writes the word that waits for its end.</summary>
    public void Flush()
    {
        if (_word.Length == 0)
        {
            return;
        }

        var word = _word.ToString();
        _word.Clear();
        var cells = WordWrap.Cells(word);
        if (_column > hang && _column + _blanks.Length + cells > width)
        {
            write(Environment.NewLine + new string(' ', hang));
            (_blanks, _column) = (string.Empty, hang);
        }

        write(_blanks + word);
        _column += _blanks.Length + cells;
        _blanks = string.Empty;
    }
}
