using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Chat;

/// <summary><c>steer chat</c> at a terminal.</summary>
[TestClass]
public sealed class InteractiveChatTests
{
    private static string[] Chat => ["chat", Stories.Folder, "--raw", "--max-tokens", "12", "--sae", $"main={Stories.TopK}"];

    [TestMethod]
    public async Task Reply_IsDrawnInFull_WithItsActivations()
    {
        var expected = (await CliRun.Of("generate", Stories.Folder, "--prompt", "Once upon a time", "--max-tokens", "12")).Succeeds().Output.Trim();
        using var terminal = new ScriptedTerminal();
        terminal.Line("/watch 7").Line("Once upon a time").UntilTheReplyEnds().Line("/exit");
        var run = (await CliRun.AtTerminal(terminal, Chat)).Succeeds();
        Assert.Contains("/help lists the commands", run.Output);
        Assert.Contains(expected, run.Output);
        Assert.Contains("mean ", run.Output[run.Output.LastIndexOf(expected, StringComparison.Ordinal)..]);
    }

    [TestMethod]
    public async Task Keys_TurnTheDialWhileTheReplyStreams()
    {
        using var terminal = new ScriptedTerminal();
        terminal.Line("/dial 7 clamp 50").Line("Once upon a time").Key(ConsoleKey.RightArrow).Key(ConsoleKey.RightArrow).UntilTheReplyEnds().Line("/dial").Line("/exit");
        var run = (await CliRun.AtTerminal(terminal, Chat)).Succeeds();
        Assert.Contains("main#7  clamp 60", run.Output);
    }

    [TestMethod]
    public async Task Escape_StopsTheReplyAndNotTheChat()
    {
        using var terminal = new ScriptedTerminal();
        terminal.Line("/watch 7").Line("Once upon a time").Key(ConsoleKey.Escape).UntilTheReplyEnds().Line("/watch").Line("/exit");
        var run = (await CliRun.AtTerminal(terminal, ["chat", Stories.Folder, "--raw", "--max-tokens", "400", "--sae", $"main={Stories.TopK}"])).Succeeds();
        Assert.Contains("Watched: main#7.", run.Output);
    }

    [TestMethod]
    public async Task Mistakes_DoNotEndTheChat()
    {
        using var terminal = new ScriptedTerminal();
        terminal.Line("/dail 7").Line("/policy absent.json").Line("/dial 9999 2").Line("/watch 7").Line("/exit");
        var run = (await CliRun.AtTerminal(terminal, Chat)).Succeeds();
        Assert.Contains("Did you mean '/dial'?", run.Output);
        Assert.Contains("absent.json", run.Output);
        Assert.Contains("main has no feature 9999", run.Output);
        Assert.Contains("7 is watched.", run.Output);
    }
}
