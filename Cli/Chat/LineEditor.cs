using Spectre.Console;

namespace Steering.Cli.Chat;

/// <summary>Reads a line from keys, with the usual editing and a history on the up and down arrows.</summary>
/// <param name="terminal">Keys and screen.</param>
/// <param name="prompt">What stands before the line.</param>
internal sealed class LineEditor(IAnsiConsole terminal, string prompt)
{
    private readonly List<string> _history = [];
    private string _line = string.Empty;
    private int _cursor;
    private int _past;

    /// <summary>Reads one line.</summary>
    /// <returns>The line, or null at Ctrl+D on an empty line.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        (_line, _cursor, _past) = (string.Empty, 0, _history.Count);
        Draw();
        try
        {
            return await ReadKeysAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What is printed next begins on a line of its own.
            terminal.WriteLine();
            throw;
        }
    }

    private async Task<string?> ReadKeysAsync(CancellationToken cancellationToken)
    {
        while (await terminal.Input.ReadKeyAsync(intercept: true, cancellationToken) is { } key)
        {
            if (key.Key == ConsoleKey.Enter)
            {
                terminal.WriteLine();
                Remember();
                return _line;
            }

            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && _line.Length == 0)
            {
                terminal.WriteLine();
                return null;
            }

            Edit(key);
            Draw();
        }

        return null;
    }

    private void Remember()
    {
        if (_line.Length > 0 && (_history.Count == 0 || _history[^1] != _line))
        {
            _history.Add(_line);
        }
    }

    private void Edit(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                _cursor = Math.Max(0, _cursor - Step(-1));
                break;
            case ConsoleKey.RightArrow:
                _cursor = Math.Min(_line.Length, _cursor + Step(0));
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _cursor = 0;
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _cursor = _line.Length;
                break;
            case ConsoleKey.UpArrow:
                Recall(-1);
                break;
            case ConsoleKey.DownArrow:
                Recall(1);
                break;
            case ConsoleKey.Backspace when _cursor > 0:
                Remove(_cursor - Step(-1), _cursor);
                break;
            case ConsoleKey.Delete when _cursor < _line.Length:
                Remove(_cursor, _cursor + Step(0));
                break;
            case ConsoleKey.U when control:
                Remove(0, _cursor);
                break;
            case ConsoleKey.K when control:
                Remove(_cursor, _line.Length);
                break;
            case ConsoleKey.W when control:
                var end = _line.AsSpan(0, _cursor).TrimEnd().Length;
                Remove(_line.LastIndexOf(' ', Math.Max(0, end - 1)) + 1, _cursor);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _line = _line.Insert(_cursor, key.KeyChar.ToString());
                    _cursor++;
                }

                break;
        }
    }

    // A character beyond the basic plane is two units and one step.
    private int Step(int offset)
    {
        var index = _cursor + offset;
        return index > 0 && index < _line.Length && offset < 0 && char.IsLowSurrogate(_line[index]) ? 2
            : offset == 0 && index < _line.Length && char.IsHighSurrogate(_line[index]) ? 2
            : 1;
    }

    private void Recall(int move)
    {
        if (_history.Count == 0)
        {
            return;
        }

        _past = Math.Clamp(_past + move, 0, _history.Count);
        _line = _past < _history.Count ? _history[_past] : string.Empty;
        _cursor = _line.Length;
    }

    private void Remove(int from, int to)
    {
        _line = _line.Remove(from, to - from);
        _cursor = from;
    }

    private void Draw()
    {
        // A line longer than the terminal scrolls sideways, so that redrawing needs one row only.
        var room = Math.Max(8, terminal.Profile.Width - prompt.Length - 1);
        var start = Math.Max(0, _cursor - room);
        var shown = _line.Substring(start, Math.Min(room, _line.Length - start));
        var back = new Text(shown[(_cursor - start)..]).Length;
        terminal.Write(new ControlCode("\r\u001b[K"));
        terminal.Write(new Text(prompt, new Style(Color.Aqua)));
        terminal.Write(new Text(shown));
        if (back > 0)
        {
            terminal.Write(new ControlCode($"\u001b[{back}D"));
        }
    }
}
