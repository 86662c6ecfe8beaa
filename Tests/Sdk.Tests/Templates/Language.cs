using System.Text.Json;
using Steering.Templates;

namespace Steering.Tests.Sdk.Templates;

/// <summary>Renders snippets of the language with variables of their own.</summary>
internal static class Language
{
    private static readonly FixedTime Noon = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));

    public static string Render(string template, IReadOnlyDictionary<string, object?>? variables = null, TemplateLimits? limits = null, CancellationToken cancellationToken = default)
    {
        // Messages and tools are variables like others here, given as special tokens are.
        var given = new Dictionary<string, object?>(variables ?? new Dictionary<string, object?>(), StringComparer.Ordinal);
        var messages = given.Remove("messages", out var value) && value is JsonElement list ? list : JsonDocument.Parse("[]").RootElement;
        return ChatTemplate.Parse(template, limits: limits, tokens: given).Apply(messages, new ChatTemplateOptions
        {
            Tools = given.GetValueOrDefault("tools") as JsonElement?,
            AddGenerationPrompt = false,
            TimeProvider = Noon,
        }, cancellationToken);
    }
}
