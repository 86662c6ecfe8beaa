using System.Text;
using System.Text.Json;
using Steering.Templates;

namespace Steering.Tests.Sdk.Templates;

/// <summary>Templates as they lie in model folders.</summary>
[TestClass]
public sealed class ChatTemplatesTests
{
    private static readonly ChatTemplateOptions WithTools = new() { Tools = Json("""[{"type": "function", "function": {"name": "f"}}]""") };

    private static (string, string)[] Hi => [("user", "Hi")];

    [TestMethod]
    public void TheConfigsTemplate_ReadsTheSpecialTokens()
    {
        using var folder = Folder(new { bos_token = "<s>", eos_token = new { content = "</s>", lstrip = false }, unk_token = (string?)null, chat_template = "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ unk_token is defined }}" });

        Assert.AreEqual("<s>Hi</s>False", Apply(folder));
    }

    [TestMethod]
    public void TheOlderTokenFile_CountsWhereTheConfigListsNoTokens()
    {
        using var folder = Folder(new { bos_token = "<a>", chat_template = "{{ bos_token }}" });
        folder.Write("special_tokens_map.json", """{"bos_token": {"content": "<b>"}}"""u8);
        Assert.AreEqual("<b>", Apply(folder));

        using var newer = Folder(new { bos_token = "<a>", added_tokens_decoder = new { }, chat_template = "{{ bos_token }}" });
        newer.Write("special_tokens_map.json", """{"bos_token": {"content": "<b>"}}"""u8);
        Assert.AreEqual("<a>", Apply(newer));
    }

    [TestMethod]
    public void ATemplateFile_OutweighsTheConfigs()
    {
        using var folder = Folder(new { chat_template = "config" });
        folder.Write("chat_template.jinja", "file {{ messages[0].role }}"u8);

        Assert.AreEqual("file user", Apply(folder));
    }

    [TestMethod]
    public void AListOfTemplates_IsChosenFromAsTransformersDoes()
    {
        using var folder = Folder(new { chat_template = new[] { new { name = "default", template = "plain" }, new { name = "tool_use", template = "tools" }, new { name = "rag", template = "documents" } } });
        var templates = ChatTemplates.Load(folder.Path);

        Assert.AreEqual("plain", Apply(folder));
        Assert.AreEqual("tools", Apply(folder, WithTools));
        Assert.AreEqual("documents", Apply(folder, new ChatTemplateOptions { TemplateName = "rag" }));
        CollectionAssert.AreEquivalent(new[] { "default", "tool_use", "rag" }, templates.Names.ToArray());
        Refusal.Of(() => templates.Select(new ChatTemplateOptions { TemplateName = "other" }), "'other'", "default, tool_use, rag");
    }

    [TestMethod]
    public void AFolderOfTemplates_IsReadBesideTheFile()
    {
        using var folder = Folder(new { chat_template = "config" });
        folder.Write("chat_template.jinja", "plain"u8);
        Directory.CreateDirectory(folder[ChatTemplates.MoreFolder]);
        File.WriteAllText(folder[ChatTemplates.MoreFolder, "tool_use.jinja"], "tools");

        Assert.AreEqual("plain", Apply(folder));
        Assert.AreEqual("tools", Apply(folder, WithTools));
    }

    [TestMethod]
    public void AFolderWithout_IsRefusedWhenATemplateIsAskedFor()
    {
        using var folder = Folder(new { bos_token = "<s>" });
        var templates = ChatTemplates.Load(folder.Path);

        Assert.IsEmpty(templates.Names);
        Refusal.Of(() => templates.Select(), folder.Path, "no chat template", "plain text");
    }

    [TestMethod]
    public void ABadTemplate_IsRefusedWithItsPlaceAndTheCure()
    {
        using var folder = Folder(new { chat_template = "a\nb {% if %}" });

        var refusal = Assert.ThrowsExactly<TemplateException>(() => ChatTemplates.Load(folder.Path).Check());

        Assert.AreEqual(TemplateFault.Syntax, refusal.Fault);
        Assert.AreEqual((2, 9), (refusal.Line, refusal.Column));
        Assert.Contains(folder["tokenizer_config.json"], refusal.Message);
        Assert.Contains("line 2, column 9", refusal.Message);
        Assert.Contains("Mend the template", refusal.Message);
    }

    [TestMethod]
    public void WhatTheTemplateSays_IsTheReason()
    {
        using var folder = Folder(new { chat_template = "{{ raise_exception('Roles must alternate!') }}" });

        var refusal = Assert.ThrowsExactly<TemplateException>(() => Apply(folder));

        Assert.AreEqual((TemplateFault.Raised, "Roles must alternate!"), (refusal.Fault, refusal.Reason));
    }

    [TestMethod]
    public void FilesThatAreNone_AreRefused()
    {
        using var folder = Folder(new { chat_template = 7 });
        Refusal.Of(() => ChatTemplates.Load(folder.Path), "chat_template is Number", "expected a text");

        folder.Write("tokenizer_config.json", "[]"u8);
        Refusal.Of(() => ChatTemplates.Load(folder.Path), "no JSON object");

        folder.Write("tokenizer_config.json", "{}"u8);
        folder.Write("chat_template.jinja", [0xFF, 0xFE, 0x41]);
        Refusal.Of(() => ChatTemplates.Load(folder.Path), "no UTF-8");

        using var list = Folder(new { chat_template = new object[] { new { name = "default" } } });
        Refusal.Of(() => ChatTemplates.Load(list.Path), "name and template");
    }

    [TestMethod]
    public void Variables_OfDotNetsKinds_ReachTheTemplate()
    {
        var template = ChatTemplate.Parse("{{ [a, b, c, d, e, f, g, h, i] }}");
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["a"] = 7,
            ["b"] = 2.5f,
            ["c"] = true,
            ["d"] = null,
            ["e"] = new[] { "x", "y" },
            ["f"] = new Dictionary<string, int>(StringComparer.Ordinal) { ["k"] = 1 },
            ["g"] = Json("""{"n": 250.0, "m": 3}"""),
            ["h"] = System.Text.Json.Nodes.JsonNode.Parse("[1e2]"),
            ["i"] = ulong.MaxValue,
        };

        Assert.AreEqual("[7, 2.5, True, None, ['x', 'y'], {'k': 1}, {'n': 250.0, 'm': 3}, [100.0], 18446744073709551615]", template.Apply(Hi, new ChatTemplateOptions { Variables = variables }));
        Refusal.Of(() => template.Apply(Hi, new ChatTemplateOptions { Variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = new object() } }), "variable a is a Object", "JsonElement");
        Refusal.Of(() => template.Apply(Hi, new ChatTemplateOptions { Variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["messages"] = 1 } }), "variable messages");
    }

    [TestMethod]
    public void AMessageThatIsContinued_EndsThePrompt()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}");
        (string, string)[] messages = [("user", "Hi"), ("assistant", "1. First ")];

        Assert.AreEqual("<user>Hi</><assistant>1. First </><assistant>", template.Apply(messages));
        Assert.AreEqual("<user>Hi</><assistant>1. First ", template.Apply(messages, new ChatTemplateOptions { ContinueFinalMessage = true }));
        Refusal.Of(() => template.Apply(messages, new ChatTemplateOptions { ContinueFinalMessage = true, AddGenerationPrompt = true }), "ContinueFinalMessage and AddGenerationPrompt");
        Refusal.Of(() => template.Apply([], new ChatTemplateOptions { ContinueFinalMessage = true }), "the last message holds no text");
        Refusal.Of(() => ChatTemplate.Parse("{{ messages|length }}").Apply(messages, new ChatTemplateOptions { ContinueFinalMessage = true }), "does not write the last message");
    }

    private static string Apply(TemporaryFolder folder, ChatTemplateOptions? options = null) => ChatTemplates.Load(folder.Path).Select(options).Apply(Hi, options);

    private static TemporaryFolder Folder(object config)
    {
        var folder = new TemporaryFolder();
        folder.Write("tokenizer_config.json", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(config)));
        return folder;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
