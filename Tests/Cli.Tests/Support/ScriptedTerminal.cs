using Spectre.Console;
using Spectre.Console.Rendering;
using Spectre.Console.Testing;

namespace Steering.Tests.Cli.Support;

/// <summary>A test terminal whose keys come in an order that does not depend on time: a pause lasts until what reads the keys gives up.</summary>
internal sealed class ScriptedTerminal : IAnsiConsole, IAnsiConsoleInput, IDisposable
{
    private readonly TestConsole _screen = new();
    private readonly Queue<ConsoleKeyInfo?> _keys = new();

    public ScriptedTerminal(int width = 100) => _screen.Interactive().Width(width).Height(30);

    public string Output => _screen.Output;

    public Profile Profile => _screen.Profile;

    public IAnsiConsoleCursor Cursor => _screen.Cursor;

    public IAnsiConsoleInput Input => this;

    public IExclusivityMode ExclusivityMode => _screen.ExclusivityMode;

    public RenderPipeline Pipeline => _screen.Pipeline;

    /// <summary>Types a line.</summary>
    public ScriptedTerminal Line(string text)
    {
        foreach (var letter in text)
        {
            _keys.Enqueue(new ConsoleKeyInfo(letter, ConsoleKey.None, shift: false, alt: false, control: false));
        }

        return Key(ConsoleKey.Enter);
    }

    /// <summary>Presses a key.</summary>
    public ScriptedTerminal Key(ConsoleKey key)
    {
        _keys.Enqueue(new ConsoleKeyInfo('\0', key, shift: false, alt: false, control: false));
        return this;
    }

    /// <summary>Waits until the reply that streams has ended.</summary>
    public ScriptedTerminal UntilTheReplyEnds()
    {
        _keys.Enqueue(null);
        return this;
    }

    public bool IsKeyAvailable() => _keys.TryPeek(out var key) && key is not null;

    public ConsoleKeyInfo? ReadKey(bool intercept) => _keys.Dequeue();

    public async Task<ConsoleKeyInfo?> ReadKeyAsync(bool intercept, CancellationToken cancellationToken)
    {
        if (_keys.Count == 0)
        {
            throw new InvalidOperationException("The script of keys has ended, and something still reads.");
        }

        if (_keys.Dequeue() is { } key)
        {
            return key;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        return null;
    }

    public void Clear(bool home) => _screen.Clear(home);

    public void Write(IRenderable renderable) => _screen.Write(renderable);

    public void WriteAnsi(Action<AnsiWriter> action) => _screen.WriteAnsi(action);

    public void Dispose() => _screen.Dispose();
}
