using System.Text.Json;
using Steering.Templates;

namespace Steering.Tests.Sdk.Templates;

[TestClass]
public sealed class ChatTemplateOracleTests
{
    private static readonly FixedTime Noon = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));

    public static IEnumerable<string> Templates => Directory.Exists(OracleFolder.Oracles)
        ? OracleFolder.Cases("template.jinja", "chat-templates").Select(folder => Path.GetFileName(folder))
        : ["absent"];

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Apply_WritesWhatTransformersWrites(string name)
    {
        var folder = OracleFolder.Require("chat-templates", name);
        using var tokens = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokens.json")));
        var template = ChatTemplate.Parse(
            File.ReadAllText(Path.Combine(folder, "template.jinja")),
            name,
            tokens: tokens.RootElement.EnumerateObject().ToDictionary(token => token.Name, token => (object?)token.Value.GetString(), StringComparer.Ordinal));
        var lines = File.ReadAllLines(Path.Combine(folder, "cases.jsonl"));
        Assert.IsNotEmpty(lines, $"{folder} holds no case.");
        Check(lines, line =>
        {
            var kwargs = line.TryGetProperty("kwargs", out var given) ? given.EnumerateObject().ToDictionary(pair => pair.Name, pair => (object?)pair.Value, StringComparer.Ordinal) : [];
            return template.Apply(line.GetProperty("messages"), new ChatTemplateOptions
            {
                Tools = Optional(line, "tools"),
                Documents = Optional(line, "documents"),
                AddGenerationPrompt = Optional(line, "add_generation_prompt") is { ValueKind: JsonValueKind.True },
                ContinueFinalMessage = Optional(line, "continue_final_message") is { ValueKind: JsonValueKind.True },
                Variables = kwargs,
                TimeProvider = Noon,
            });
        });
    }

    [TestMethod]
    public void TheLanguage_IsJinjas()
    {
        var lines = File.ReadAllLines(OracleFolder.Require("chat-templates", "language", "snippets.jsonl"));
        Assert.IsGreaterThan(1, lines.Length, "There is no snippet.");
        using var first = JsonDocument.Parse(lines[0]);
        var variables = first.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(pair => pair.Name, pair => (object?)pair.Value, StringComparer.Ordinal);
        Check(lines[1..], line => Language.Render(line.GetProperty("template").GetString()!, variables));
    }

    /// <summary>Compares every line, and fails with all that differ.</summary>
    private static void Check(string[] lines, Func<JsonElement, string> render)
    {
        var wrong = new List<string>();
        foreach (var text in lines)
        {
            using var document = JsonDocument.Parse(text);
            var line = document.RootElement;
            var expected = line.TryGetProperty("expected", out var value) ? value.GetString() : null;
            var error = line.TryGetProperty("error", out var message) ? message.GetString()! : null;
            string? got = null;
            SteeringException? refused = null;
            try
            {
                got = render(line);
            }
            catch (SteeringException refusal)
            {
                refused = refusal;
            }

            if (error is null ? got != expected : refused is null || (line.GetProperty("error_type").ValueEquals("TemplateError") && !refused.Message.Contains(error, StringComparison.Ordinal)))
            {
                wrong.Add($"{line.GetProperty("name")}: {(refused is null ? JsonSerializer.Serialize(got) : refused.Message)} instead of {(error is null ? JsonSerializer.Serialize(expected) : $"error {error}")}");
            }
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    private static JsonElement? Optional(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value : null;
}
