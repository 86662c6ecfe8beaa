using System.Globalization;
using System.Text.Json;

namespace Steering.Models;

/// <summary>Names of a decoder graph's inputs and outputs, as <c>genai_config.json</c> gives them or as GenAI takes them where it does not.</summary>
internal sealed record GraphNames
{
    public string InputIds { get; init; } = "input_ids";

    public string AttentionMask { get; init; } = "attention_mask";

    public string PositionIds { get; init; } = "position_ids";

    public string PastKeys { get; init; } = "past_key_values.%d.key";

    public string PastValues { get; init; } = "past_key_values.%d.value";

    public string Logits { get; init; } = "logits";

    public string PresentKeys { get; init; } = "present.%d.key";

    public string PresentValues { get; init; } = "present.%d.value";

    public static GraphNames Read(JsonElement decoder)
    {
        var defaults = new GraphNames();
        return new GraphNames
        {
            InputIds = Text("inputs", "input_ids", defaults.InputIds),
            AttentionMask = Text("inputs", "attention_mask", defaults.AttentionMask),
            PositionIds = Text("inputs", "position_ids", defaults.PositionIds),
            PastKeys = Text("inputs", "past_key_names", defaults.PastKeys),
            PastValues = Text("inputs", "past_value_names", defaults.PastValues),
            Logits = Text("outputs", "logits", defaults.Logits),
            PresentKeys = Text("outputs", "present_key_names", defaults.PresentKeys),
            PresentValues = Text("outputs", "present_value_names", defaults.PresentValues),
        };

        string Text(string group, string name, string otherwise) =>
            decoder.TryGetProperty(group, out var names) && names.ValueKind == JsonValueKind.Object
            && names.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text
                ? text
                : otherwise;
    }

    /// <summary>The name for one block of a name with <c>%d</c> in it.</summary>
    public static string Of(string pattern, int block) =>
        pattern.Replace("%d", block.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
