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
