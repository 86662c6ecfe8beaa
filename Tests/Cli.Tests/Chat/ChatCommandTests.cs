using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Chat;

/// <summary><c>steer chat</c> without a terminal.</summary>
[TestClass]
public sealed class ChatCommandTests
{
    private static string[] Chat => ["chat", Stories.Folder, "--raw", "--max-tokens", "12", "--sae", $"main={Stories.TopK}"];

    [TestMethod]
    public async Task Raw_ContinuesTheText()
    {
        var expected = (await CliRun.Of("generate", Stories.Folder, "--prompt", "Once upon a time", "--max-tokens", "12")).Succeeds().Output;
        var run = (await CliRun.WithInput("Once upon a time\n", Chat)).Succeeds();
        Assert.AreEqual(expected, run.Output);
    }

    [TestMethod]
    public async Task Conversation_GoesThroughTheChatTemplate()
    {
        string[] chat = ["chat", Stories.WithTemplate, "--max-tokens", "8", "--system", "Be kind."];
        var first = (await CliRun.WithInput("Hello\n", chat)).Succeeds().Output[..^1];
        Assert.AreEqual(await Reply("system: Be kind.\nuser: Hello\nassistant: "), first);

        var both = (await CliRun.WithInput("Hello\nAnd now?\n", chat)).Succeeds().Output;
        var second = await Reply($"system: Be kind.\nuser: Hello\nassistant: {first}\nuser: And now?\nassistant: ");
        Assert.AreEqual($"{first}\n{second}\n", both);

        var again = (await CliRun.WithInput("Hello\n/reset\nHello\n", chat)).Succeeds().Output;
        Assert.StartsWith($"{first}\n", again);
        Assert.EndsWith($"\n{first}\n", again);
    }

    [TestMethod]
    public async Task SystemAndRaw_ExcludeEachOther() =>
        (await CliRun.WithInput("Hello\n", (string[])[.. Chat, "--system", "Be kind."])).Fails(2, "--system and --raw exclude each other");

    [TestMethod]
    public async Task Dial_SteersTheNextReply_AndOffLeavesIt()
    {
        var plain = (await CliRun.WithInput("Once upon a time\n", Chat)).Succeeds().Output;
        var run = (await CliRun.WithInput("/dial 7 clamp 60\nOnce upon a time\n/dial off\n/reset\nOnce upon a time\n", Chat)).Succeeds();
        var lines = run.Output.Split('\n');
        Assert.AreEqual("main#7  clamp 60 (raw units: the SAE has no statistics; 'steer sae stats' makes them)", lines[0]);
        Assert.DoesNotContain(plain.Trim(), run.Output[..run.Output.IndexOf("All dials are off.", StringComparison.Ordinal)]);
        Assert.Contains("[main#7: max ", run.Output);
        Assert.EndsWith(plain, run.Output);
    }

    [TestMethod]
    public async Task Dials_MatchThePolicyThatIsSaved()
    {
        using var folder = new TemporaryFolder();
        var saved = folder["dials.json"];
        var run = (await CliRun.WithInput($"/dial 7 clamp 40\n/dial 9 add -3\n/dial 11 ablate\n/dial 12 scale 0.5\n/save {saved}\nOnce upon a time\n", Chat)).Succeeds();
        var steered = (await CliRun.Of("generate", Stories.Folder, "--prompt", "Once upon a time", "--max-tokens", "12", "--policy", saved, "--sae", $"main={Stories.TopK}")).Succeeds();
        Assert.Contains($"\n{steered.Output}", run.Output);

        var facts = (await CliRun.Of("info", saved, "--json")).Succeeds().Json.GetProperty("facts");
        CollectionAssert.AreEqual(
            new[] { "clamp main#7 40 (raw)", "add main#9 -3 (raw)", "ablate main#11", "scale main#12 × 0.5" },
            facts.GetProperty("interventions").EnumerateArray().Select(item => item.GetString()).ToArray());
    }

    [TestMethod]
    public async Task Policy_ActsUntilItIsTakenAway()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyText.Write(folder, """{"target":{"feature":7},"operator":"clamp","value":60,"unit":"raw"}""");
        var plain = (await CliRun.WithInput("Once upon a time\n", Chat)).Succeeds().Output;
        var steered = (await CliRun.WithInput($"/policy {policy}\nOnce upon a time\n", Chat)).Succeeds().Output;
        Assert.Contains("Policy 'test' is in force: clamp sae#7.", steered);
        Assert.DoesNotContain(plain.Trim(), steered);
        Assert.EndsWith(plain, (await CliRun.WithInput($"/policy {policy}\n/policy off\nOnce upon a time\n", Chat)).Succeeds().Output);
        var fromStart = (await CliRun.WithInput("Once upon a time\n", (string[])[.. Chat, "--policy", policy])).Succeeds().Output;
        Assert.EndsWith(fromStart, steered);
    }

    [TestMethod]
    public async Task Watch_ShowsActivationsWithoutChangingTheReply()
    {
        var plain = (await CliRun.WithInput("Once upon a time\n", Chat)).Succeeds().Output;
        var run = (await CliRun.WithInput("/watch 7\nOnce upon a time\n/watch 7\n", Chat)).Succeeds().Output;
        Assert.StartsWith($"7 is watched.\n{plain}[main#7: max ", run);
        Assert.EndsWith("7 is no longer watched.\n", run);
    }

    [TestMethod]
    public async Task Features_FindsWhatFiresOnAWord_AndWhereAFeatureFires()
    {
        var run = (await CliRun.WithInput("/features dog\n", Chat)).Succeeds();
        var best = run.Output.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.Contains("[", run.Output);
        var where = (await CliRun.WithInput($"The dog and the dog\n/features {best}\n", Chat)).Succeeds();
        Assert.Contains($"main#{best}: maximum activation unknown", where.Output);
        Assert.Contains("It fires on ", where.Output);
    }

    [TestMethod]
    [DataRow("/dail 7 2", 2, "'/dail' is no command", "'/dial'")]
    [DataRow("/dial dog 2", 2, "'dog' names no feature", "4514")]
    [DataRow("/dial 7 loud", 2, "'loud' is no number", "2 or -0.5")]
    [DataRow("/dial 7 smash 2", 2, "'smash' is nothing a dial does", "clamp")]
    [DataRow("/dial 4096 2", 1, "main has no feature 4096", "1023")]
    [DataRow("/dial other#7 2", 1, "There is no SAE 'other'", "main")]
    [DataRow("/dial 7 off", 1, "no dial on main#7", "main#7")]
    [DataRow("/policy absent.json", 1, "absent.json", "absent.json")]
    [DataRow("/save x.json", 1, "no dial to save", "/dial")]
    public async Task Mistakes_EndAPipedChatWithOneLine(string line, int exitCode, string part, string cure) =>
        (await CliRun.WithInput($"{line}\n", Chat)).Fails(exitCode, part, cure);

    [TestMethod]
    public async Task WithoutChatTemplate_RawIsTheCure() =>
        (await CliRun.WithInput("Hello\n", "chat", Stories.Folder)).Fails(1, "chat template", "--raw");

    [TestMethod]
    public async Task WithoutSae_DialsAreRefused() =>
        (await CliRun.WithInput("/dial 7 2\n", "chat", Stories.Folder, "--raw")).Fails(1, "--sae");

    [TestMethod]
    public async Task Exit_EndsTheChat() => Assert.AreEqual(string.Empty, (await CliRun.WithInput("/exit\nOnce\n", Chat)).Succeeds().Output);

    // The prompt as the template writes it, tokenised by itself and continued from ids.
    private static async Task<string> Reply(string prompt)
    {
        var ids = (await CliRun.Of("tokenize", Stories.WithTemplate, prompt)).Succeeds().Output.Trim();
        return (await CliRun.Of("generate", Stories.WithTemplate, "--prompt-ids", ids, "--max-tokens", "8", "--json")).Succeeds().Json.GetProperty("text").GetString()!;
    }
}
