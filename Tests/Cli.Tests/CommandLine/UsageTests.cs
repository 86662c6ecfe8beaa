using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

[TestClass]
public sealed class UsageTests
{
    [TestMethod]
    public async Task NoCommand_ListsTheCommands() => (await CliRun.Of()).Fails(2, "A command is needed: pull, import, socket, info, generate, chat", "'steer --help'");

    [TestMethod]
    public async Task UnknownCommand_SuggestsTheNearest() => (await CliRun.Of("generat", "model")).Fails(2, "'generat' is no command of steer", "Did you mean 'generate'?");

    [TestMethod]
    public async Task UnknownSubcommand_SuggestsTheNearest() => (await CliRun.Of("sae", "encod")).Fails(2, "'encod' is no command of steer sae", "Did you mean 'encode'?", "'steer sae --help'");

    [TestMethod]
    public async Task UnknownOption_SuggestsTheNearest() => (await CliRun.Of("generate", "model", "--promt", "x")).Fails(2, "'--promt' is no option of steer generate", "Did you mean '--prompt'?", "'steer generate --help'");

    [TestMethod]
    public async Task UnquotedText_IsOneArgumentTooMany() => (await CliRun.Of("tokenize", "model", "Hello", "world")).Fails(2, "'world' is one argument too many", "quote");

    [TestMethod]
    public async Task MissingRequiredOption_IsNamed() => (await CliRun.Of("trace", "model", "--prompt", "x")).Fails(2, "--output");

    [TestMethod]
    public async Task NoPrompt_NamesTheWaysToGiveOne() => (await CliRun.Of("generate", "model")).Fails(2, "A prompt is needed", "--prompt, --prompt-ids, --messages");

    [TestMethod]
    public async Task TwoPrompts_ExcludeEachOther() => (await CliRun.Of("generate", "model", "--prompt", "x", "--prompt-ids", "1")).Fails(2, "--prompt and --prompt-ids exclude each other");

    [TestMethod]
    [DataRow("--max-tokens", "many", "--max-tokens is 'many'; it must be a whole number of at least 1")]
    [DataRow("--max-tokens", "0", "--max-tokens is '0'; it must be a whole number of at least 1")]
    [DataRow("--temperature", "-1", "--temperature is '-1'; it must be a number from 0 to 100")]
    [DataRow("--temperature", "NaN", "--temperature is 'NaN'")]
    [DataRow("--temperature", "0,5", "--temperature is '0,5'")]
    [DataRow("--top-p", "2", "--top-p is '2'")]
    [DataRow("--seed", "-3", "--seed is '-3'; it must be a whole number of at least 0")]
    [DataRow("--device", "tpu", "--device is 'tpu'; it must be cpu or cuda")]
    public async Task WrongValue_IsRefusedWithItsRange(string option, string value, string message) =>
        (await CliRun.Of("generate", "model", "--prompt", "x", option, value)).Fails(2, message);

    [TestMethod]
    public async Task WrongIds_AreNamedWhereTheyGoWrong() => (await CliRun.Of("generate", "model", "--prompt-ids", "1,2,three")).Fails(2, "--prompt-ids cannot be read at 'three'");

    [TestMethod]
    public async Task WrongSites_AreRefused() => (await CliRun.Of("socket", "model", "out", "--sites", "8,fifteen")).Fails(2, "8,fifteen", "fifteen");

    [TestMethod]
    public async Task WrongFeature_IsAUsageError() => (await CliRun.Of("generate", Stories.Folder, "--prompt", "x", "--watch", "dog")).Fails(2, "'dog' names no feature");

    [TestMethod]
    public async Task TextThatBeginsWithAt_IsNoResponseFile() => (await CliRun.Of("tokenize", Stories.Folder, "@home")).Succeeds();

    [TestMethod]
    public async Task Version_IsPrinted()
    {
        var run = (await CliRun.Of("--version")).Succeeds();
        Assert.MatchesRegex(@"^\d+\.\d+\.\d+", run.Output);
    }

    [TestMethod]
    public async Task Help_OfEveryCommand_EndsWithExamples()
    {
        foreach (var command in CommandPaths.All())
        {
            var run = (await CliRun.Of([.. command.Path, "--help"])).Succeeds();
            Assert.Contains("Usage:", run.Output);
            if (command.Command.Subcommands.Count == 0)
            {
                Assert.Contains($"Examples:\n  ", run.Output, string.Join(' ', command.Path));
            }
        }
    }

    [TestMethod]
    public async Task Help_WinsOverErrors() => Assert.Contains("Usage:", (await CliRun.Of("generate", "--help")).Succeeds().Output);
}
