using Spectre.Console.Testing;
using Steering.Cli.Chat;

namespace Steering.Tests.Cli.Chat;

[TestClass]
public sealed class LineEditorTests : IDisposable
{
    private readonly TestConsole _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [TestMethod]
    public async Task Letters_MakeALine()
    {
        _terminal.Input.PushTextWithEnter("hello");
        Assert.AreEqual("hello", await Read());
    }

    [TestMethod]
    public async Task ArrowsAndDeletion_EditInside()
    {
        _terminal.Input.PushText("helXo");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.Backspace);
        _terminal.Input.PushText("l");
        Press(ConsoleKey.Home);
        _terminal.Input.PushText("¡");
        Press(ConsoleKey.End);
        _terminal.Input.PushTextWithEnter("!");
        Assert.AreEqual("¡hello!", await Read());
    }

    [TestMethod]
    public async Task ControlKeys_CutWordsAndLines()
    {
        _terminal.Input.PushText("one two three");
        Press(ConsoleKey.W, ConsoleModifiers.Control);
        _terminal.Input.PushText("3");
        Press(ConsoleKey.Enter);
        Assert.AreEqual("one two 3", await Read());

        _terminal.Input.PushText("gone");
        Press(ConsoleKey.U, ConsoleModifiers.Control);
        _terminal.Input.PushTextWithEnter("new");
        Assert.AreEqual("new", await Read());
    }

    [TestMethod]
    public async Task SurrogatePairs_AreOneStep()
    {
        foreach (var unit in "a🙂b")
        {
            _terminal.Input.PushKey(new ConsoleKeyInfo(unit, ConsoleKey.None, shift: false, alt: false, control: false));
        }

        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.Enter);
        Assert.AreEqual("ab", await Read());
    }

    [TestMethod]
    public async Task UpAndDown_RecallLines()
    {
        var editor = new LineEditor(_terminal, "> ");
        _terminal.Input.PushTextWithEnter("first");
        await editor.ReadAsync(CancellationToken.None);
        _terminal.Input.PushTextWithEnter("second");
        await editor.ReadAsync(CancellationToken.None);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.Enter);
        Assert.AreEqual("first", await editor.ReadAsync(CancellationToken.None));
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.Enter);
        Assert.AreEqual(string.Empty, await editor.ReadAsync(CancellationToken.None));
    }

    [TestMethod]
    public async Task ControlD_OnAnEmptyLine_EndsTheInput()
    {
        Press(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.IsNull(await Read());
    }

    private Task<string?> Read() => new LineEditor(_terminal, "> ").ReadAsync(CancellationToken.None);

    private void Press(ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None) =>
        _terminal.Input.PushKey(new ConsoleKeyInfo('\0', key, modifiers.HasFlag(ConsoleModifiers.Shift), modifiers.HasFlag(ConsoleModifiers.Alt), modifiers.HasFlag(ConsoleModifiers.Control)));
}
