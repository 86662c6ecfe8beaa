using System.Globalization;
using System.Text.RegularExpressions;
using Steering.Cli.Terminal;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Chat;

/// <summary><c>steer chat</c> without a model: the sandbox, its late autoencoder, its labels and its policies.</summary>
[TestClass]
public sealed class SandboxChatTests
{
    private static readonly string Rude = string.Create(CultureInfo.InvariantCulture, $"late-topk#{TinySandbox.LabelledRude} “rude words”");
    private static readonly string Rain = string.Create(CultureInfo.InvariantCulture, $"late-topk#{TinySandbox.LabelledRain} “rain and storms”");

    private static string[] Chat => ["chat", "--max-tokens", "8"];

    [TestMethod]
    public async Task WithoutAModel_TheSandboxAnswers_WithLabelledFeaturesWatched()
    {
        var plain = (await CliRun.WithInput("""[{"role":"user","content":"Hello"}]""", "generate", "sandbox", "--messages", "-", "--max-tokens", "8")).Succeeds().Output;
        var run = (await CliRun.WithInput("Hello\n", Chat)).Succeeds();
        Assert.StartsWith(plain, run.Output);
        Assert.MatchesRegex(@$"^{Regex.Escape(plain.TrimEnd('\n'))}\n(\[{Rude}: max [0-9.]*[1-9], mean [0-9.]+\]\n)?(\[{Rain}: max [0-9.]*[1-9], mean [0-9.]+\]\n)?$", run.Output);
        Assert.Contains("late-topk#", run.Output);
        Assert.AreEqual(run.Output, (await CliRun.WithInput("Hello\n", "chat", "sandbox", "--max-tokens", "8")).Succeeds().Output);
    }

    [TestMethod]
    public async Task AnSaeOrFeatureThatIsAskedFor_TakesThePlaceOfTheUsualOnes()
    {
        var other = (await CliRun.WithInput("Hello\n", [.. Chat, "--sae", "mid-topk"])).Succeeds();
        Assert.Contains("[mid-topk#", other.Output);
        Assert.DoesNotContain("late-topk", other.Output);
        var watched = (await CliRun.WithInput("Hello\n", [.. Chat, "--watch", "9"])).Succeeds();
        Assert.Contains("[late-topk#9: max", watched.Output);
        Assert.DoesNotContain("rude words", watched.Output);
    }

    [TestMethod]
    public async Task Dial_SaysWhatItTurns_InMultiplesOfTheMaximum()
    {
        var run = (await CliRun.WithInput($"/dial {TinySandbox.LabelledRain} 2\n/dial\n", Chat)).Succeeds();
        Assert.AreEqual($"{Rain}  add +2×max\n{Rain}  add +2×max\n", run.Output);
    }

    [TestMethod]
    public async Task Policy_ListsThoseOfTheSandbox_AndTakesThemByName()
    {
        var list = (await CliRun.WithInput("/policy\n", Chat)).Succeeds();
        Assert.AreEqual("No policy is in force. /policy NAME or FILE adds one.\n  friendly: Nothing rude.\n  loud: Both at once.\n", list.Output);
        var run = (await CliRun.WithInput("/policy friendly\n/policy\n/policy off\n", Chat)).Succeeds();
        Assert.StartsWith("Policy 'friendly' is in force: ablate late-topk#5.\nIn force: friendly.\n", run.Output);
        Assert.EndsWith("All policies are off.\n", run.Output);
    }

    /// <summary>The policy reads two autoencoders, of which the chat has one; the other is found in the bundle, and a bare number still means the first.</summary>
    [TestMethod]
    public async Task Policy_OfSeveralSaes_BringsThem_AndDialsStayOnTheirOwn()
    {
        var plain = (await CliRun.WithInput("Hello\n", [.. Chat, "--watch", "9"])).Succeeds().Output;
        var steered = (await CliRun.WithInput("/policy loud\nHello\n/dial 4 1\n", [.. Chat, "--watch", "9"])).Succeeds().Output;
        var fromStart = (await CliRun.WithInput("Hello\n", [.. Chat, "--watch", "9", "--policy", "loud"])).Succeeds().Output;
        Assert.DoesNotContain(plain.Split('\n')[0], steered);
        Assert.Contains($"\n{fromStart}", steered);
        Assert.EndsWith("late-topk#4  add +1×max\n", steered);
        var once = (await CliRun.WithInput("""[{"role":"user","content":"Hello"}]""", "generate", "sandbox", "--messages", "-", "--policy", "loud", "--max-tokens", "8")).Succeeds().Output;
        Assert.StartsWith(once, fromStart);
    }

    [TestMethod]
    public async Task Features_SearchesLabelsAndExamples_ThenTheModel()
    {
        var lines = (await CliRun.WithInput("/features storm\n/features storms\n", Chat)).Succeeds().Output.Split('\n');
        Assert.AreEqual("late-topk: features whose label or strongest examples hold 'storm'", lines[0]);
        Assert.AreEqual("       3 “rain and storms”  the [storm] came", lines[1]);
        Assert.StartsWith("late-topk: the features that stand out most", lines[2]);
        Assert.Contains("       3 “rain and storms”", lines[4..]);
    }

    /// <summary>The features of /why against the definition: activation × ln(tokens / fired) over the reply's tokens, from the trace of the same ids; eight, and behind them those that have a label.</summary>
    [TestMethod]
    public async Task Why_RanksTheFeaturesOfTheLastReply()
    {
        Assert.Contains("no reply yet", (await CliRun.WithInput("/why\n", Chat)).Fails(1).Error);
        var run = (await CliRun.WithInput("Hello\n/why\n/dial 9 1\n/why\n/reset\n", Chat)).Succeeds();
        var lines = run.Output.Split('\n');
        var start = Array.FindIndex(lines, line => line.StartsWith("late-topk: the features that stand out on the last reply", StringComparison.Ordinal));
        var shown = lines[(start + 1)..].TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(0, 8), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)).ToArray();
        Assert.AreSequenceEqual(await StandOut(), shown);
        Assert.Contains("This is how the model reads the reply without the dials and policies in force.\n", run.Output);
    }

    [TestMethod]
    public async Task Help_NamesEveryCommand()
    {
        var run = (await CliRun.WithInput("/help\n", Chat)).Succeeds();
        run.Prints("/dial", "/watch", "/features word", "/why", "/policy", "/save", "/reset", "/exit");
    }

    [TestMethod]
    public async Task AtATerminal_ItIntroducesItself_AndDrawsLabels()
    {
        using var terminal = new ScriptedTerminal();
        terminal.Line("Hello").UntilTheReplyEnds().Line("/exit");
        var run = (await CliRun.AtTerminal(terminal, Chat)).Succeeds();
        run.Prints("This is the sandbox", "Ask it for example “", "Watched: late-topk#5", "Policies to put in force with /policy: friendly, loud.", "/help lists the commands", "5 rude words", "3 rain and storms");
    }

    /// <summary>At 80 columns no line is longer than the screen, labels stand in the panel, and lines end between words.</summary>
    [TestMethod]
    [DataRow(60)]
    [DataRow(80)]
    [DataRow(120)]
    public async Task AtATerminal_LinesEndBetweenWords(int width)
    {
        using var terminal = new ScriptedTerminal(width);
        terminal.Line("/help").Line("/policy").Line("Hello").UntilTheReplyEnds().Line("/why").Line("/exit");
        var output = (await CliRun.AtTerminal(terminal, Chat)).Succeeds().Output;

        // Behind the bar that is drawn while the model loads, as often as the machine's speed has it.
        var lines = output[(output.LastIndexOf('━') + 1)..].Split('\n', '\r')[1..];

        // A row that fills the width is followed by the next without a line end: the terminal goes on below by itself.
        foreach (var line in lines)
        {
            for (var edge = width; edge < line.Length; edge += width)
            {
                Assert.IsTrue(char.IsWhiteSpace(line[edge - 1]) || char.IsWhiteSpace(line[edge]), line);
            }
        }

        Assert.IsTrue(Array.Exists(lines, line => line.Contains("5 rude words", StringComparison.Ordinal)) == width >= 80);
    }

    [TestMethod]
    public async Task AtATerminal_AReplyWithoutWatches_IsWrappedToo()
    {
        using var terminal = new ScriptedTerminal(20);
        terminal.Line("/watch 5 3").Line("Hello").UntilTheReplyEnds().Line("/exit");
        var wrapped = (await CliRun.AtTerminal(terminal, Chat)).Succeeds().Output;
        var plain = (await CliRun.WithInput("""[{"role":"user","content":"Hello"}]""", "generate", "sandbox", "--messages", "-", "--max-tokens", "8")).Succeeds().Output;
        Assert.Contains(WordWrap.Lines(plain.TrimEnd('\n'), 20), wrapped);
    }

    /// <summary>What is watched unasked shows something: in most replies of small talk one of the features fires.</summary>
    [TestMethod]
    [TestCategory("Slow")]
    public async Task DefaultWatches_FireInSmallTalk()
    {
        string[] questions =
        [
            .. new SandboxCorpus(1).Documents(CorpusSplit.HeldOut)
                .Select(document => document.Turns.First(turn => turn.Role == TurnRole.User).Text)
                .Where(text => text.Length < 60 && !text.Contains('\n', StringComparison.Ordinal) && !text.Any(char.IsDigit))
                .Take(40),
        ];
        var output = (await CliRun.InShippedSandbox(string.Concat(questions.Select(question => $"{question}\n/reset\n")), "chat", "--max-tokens", "60")).Succeeds().Output;
        var replies = output.Split("The conversation is forgotten")[..questions.Length];
        Assert.DoesNotMatchRegex(@"\[late-topk#[0-9]+ “.+”: max 0,", output);
        var shown = replies.Count(reply => Regex.IsMatch(reply, @": max [0-9.]*[1-9]", RegexOptions.NonBacktracking));
        Assert.IsGreaterThanOrEqualTo(questions.Length / 2, shown, output);
    }

    private static async Task<int[]> StandOut()
    {
        using var folder = new TemporaryFolder();
        var json = (await CliRun.WithInput("""[{"role":"user","content":"Hello"}]""", "generate", "sandbox", "--messages", "-", "--max-tokens", "8", "--json")).Succeeds().Json;
        int[] prompt = Stories.Ints(json.GetProperty("promptIds"));
        int[] reply = [.. Stories.Ints(json.GetProperty("ids")).Where(id => id != TinyCheckpoint.EndToken)];
        (await CliRun.Of("trace", "sandbox", "--prompt-ids", string.Join(',', prompt.Concat(reply)), "--output", folder["trace.safetensors"])).Succeeds();
        (await CliRun.Of("sae", "encode", "sandbox/late-topk", "--input", folder["trace.safetensors"], "--output", folder["acts.safetensors"])).Succeeds();
        using var file = Steering.Tensors.SafetensorsFile.Open(folder["acts.safetensors"]);
        var acts = file.ReadFloat32("feature_acts");
        int[] ranked =
        [
            .. Enumerable.Range(0, TinySandbox.Latents)
                .Select(latent => (Latent: latent, Largest: Enumerable.Range(prompt.Length, reply.Length).Max(token => acts[(token * TinySandbox.Latents) + latent])))
                .Where(entry => entry.Largest > 0)
                .OrderByDescending(entry => entry.Largest * Math.Log(1000.0 / (10 + entry.Latent)))
                .Select(entry => entry.Latent),
        ];
        return [.. ranked.Take(8), .. ranked.Skip(8).Where(latent => latent is TinySandbox.LabelledRain or TinySandbox.LabelledRude)];
    }
}
