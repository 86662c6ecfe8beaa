using System.Text.Json.Nodes;
using Steering.Export;
using Steering.Templates;

namespace Steering.Tests.Export.Tokenizers;

/// <summary>Chat templates on their way from a checkpoint into a model folder.</summary>
[TestClass]
public sealed class ChatTemplateFilesTests
{
    [TestMethod]
    public void Import_BringsAllTemplatesAlong()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = TinyCheckpoint.Write(folder["checkpoint"]);
        File.WriteAllText(Path.Combine(checkpoint, "chat_template.jinja"), "plain");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(checkpoint, ChatTemplates.MoreFolder)).FullName, "tool_use.jinja"), "tools");

        Import(checkpoint, folder["model"]);

        CollectionAssert.AreEquivalent(new[] { "default", "tool_use" }, ChatTemplates.Load(folder["model"]).Names.ToArray());
        Assert.AreEqual("plain", ChatTemplates.Load(folder["model"]).Select().Apply([]));
    }

    [TestMethod]
    public void Import_OfATemplateThatCannotBeRead_IsRefused_AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = TinyCheckpoint.Write(folder["checkpoint"]);
        var path = Path.Combine(checkpoint, "tokenizer_config.json");
        var config = JsonNode.Parse(File.ReadAllBytes(path))!;
        config["chat_template"] = "{% for m in messages %}";
        File.WriteAllText(path, config.ToJsonString());

        var refusal = Assert.ThrowsExactly<TemplateException>(() => Import(checkpoint, folder["model"]));

        Assert.AreEqual(TemplateFault.Syntax, refusal.Fault);
        Assert.Contains($"{path}, chat_template", refusal.Message);
        Assert.IsFalse(Directory.Exists(folder["model"]));
    }

    private static void Import(string checkpoint, string model) => ModelImporter.Import(checkpoint, model, new ImportOptions(), progress: null, CancellationToken.None);
}
