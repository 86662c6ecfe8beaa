using System.Text;

namespace Steering.Cli.Terminal;

/// <summary>Ends lines between the words of a text that comes in pieces, as a reply does in tokens: a word is written when it is whole.</summary>
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
