using System.Text.Json.Nodes;
using Steering.Models;
using Steering.Templates;
using Steering.Tests.Sdk.IO;

namespace Steering.Tests.Sdk.Models;

/// <summary>Tokenizer files and chat templates travel with checkpoints: whatever they hold, a chat is refused with a sentence and costs what it may.</summary>
[TestClass]
public sealed class HostileTokenizerTests
{
    private const string Question = "I like soup.";

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    [DataRow("{% macro f(n) %}{{ f(n+1) }}{% endmacro %}{{ f(1) }}", DisplayName = "kills the process")]
    [DataRow("{% for i in range(2000000000) %}x{% endfor %}", DisplayName = "eats memory")]
    [DataRow("{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}", DisplayName = "never ends")]
    public void ATemplateThatCannotBeAfforded_IsRefusedWithinTheLimits(string template)
    {
        using var folder = Copy(config => config["chat_template"] = template);
        using var model = SteerableModel.Load(folder.Path);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.ThrowsExactly<TemplateException>(() => model.Tokenizer.ApplyChatTemplate([("user", Question)]));

        Assert.AreEqual(TemplateFault.Limit, refusal.Fault, refusal.Message);
        Assert.Contains(folder.Path, refusal.Message);
        Assert.IsLessThan(8 * TemplateLimits.Default.Allocation, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    public void ADeepTemplate_IsRefusedWhenItIsRead()
    {
        using var folder = Copy(config => config["chat_template"] = $"{{{{ {new string('(', 20_000)}1{new string(')', 20_000)} }}}}");
        using var model = SteerableModel.Load(folder.Path);

        var refusal = Assert.ThrowsExactly<TemplateException>(() => model.Tokenizer.ApplyChatTemplate([("user", Question)]));

        Assert.AreEqual((TemplateFault.Limit, 1), (refusal.Fault, refusal.Line));
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    public void AnEmptyMerge_IsRefusedByOurReader_AndNothingNativeReadsIt()
    {
        using var folder = Copy(_ => { });
        Edit(folder["tokenizer.json"], tokenizer => tokenizer["model"]!["merges"]!.AsArray().Add(JsonNode.Parse("""["", ""]""")));
        using var model = SteerableModel.Load(folder.Path);

        Assert.Contains(Question, model.Tokenizer.ApplyChatTemplate([("user", Question)]));
        Refusal.Of(() => model.Tokenizer.Encode(Question), "the merge", "not in the vocabulary");
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows, IgnoreMessage = "Windows has no pipes among its files.")]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer_config.json")]
    [DataRow("special_tokens_map.json")]
    [DataRow("chat_template.jinja")]
    public void APipeInTheirPlace_IsRefusedAtOnce(string name)
    {
        using var folder = Copy(_ => { });
        File.Delete(folder[name]);
        ReadableFileTests.MakePipe(folder[name]);
        using var model = SteerableModel.Load(folder.Path);

        Refusal.Of(() => model.Tokenizer.Encode(model.Tokenizer.ApplyChatTemplate([("user", Question)])), folder[name], "no regular file");
    }

    [TestMethod]
    public void NoOtherReaderOfTokenizers_IsLeftInTheSources()
    {
        var root = OracleFolder.RepositoryRoot;
        var makers = new[] { "Sdk", "Export", "Training", "Cli", "Sandbox", "Samples", "Tests" }
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(root, room), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(path => File.ReadAllText(path).Contains("new " + "Tokenizer(", StringComparison.Ordinal));

        Assert.IsEmpty(makers, "GenAI's tokenizer parses files that nobody checked; use TextTokenizer and ChatTemplates.");
    }

    private static TemporaryFolder Copy(Action<JsonObject> editConfig)
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(SandboxModel.Folder()))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        Edit(folder["tokenizer_config.json"], editConfig);
        return folder;
    }

    private static void Edit(string path, Action<JsonObject> edit)
    {
        var document = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        edit(document);
        File.WriteAllText(path, document.ToJsonString());
    }
}
