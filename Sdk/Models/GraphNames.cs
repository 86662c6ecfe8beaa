using System.Globalization;
using System.Text.Json;

namespace Steering.Models;

/// <summary>Names of a decoder graph's inputs and outputs, as <c>genai_config.json</c> gives them or as GenAI takes them where it does not.</summary>
internal sealed record GraphNames
{
    /// <summary>Part of the names of nodes that make rotary tables for the positions of a pass: its longest row decides for all.</summary>
    public const string RotaryByLength = "rotary_by_length";

    public string InputIds { get; init; } = "input_ids";

    public string AttentionMask { get; init; } = "attention_mask";

    public string PositionIds { get; init; } = "position_ids";

    public string PastKeys { get; init; } = "past_key_values.%d.key";

    public string PastValues { get; init; } = "past_key_values.%d.value";

    public string Logits { get; init; } = "logits";

    public string PresentKeys { get; init; } = "present.%d.key";

    public string PresentValues { get; init; } = "present.%d.value";

    /// <summary>The names that the configuration gives itself, as in <c>inputs.past_key_names</c>.</summary>
    public IReadOnlySet<string> Named { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A name is no text; the message says which.</exception>
    public static GraphNames Read(JsonElement decoder)
    {
        var defaults = new GraphNames();
        var named = new HashSet<string>(StringComparer.Ordinal);
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
            Named = named,
        };

        string Text(string group, string name, string otherwise)
        {
            if (!decoder.TryGetProperty(group, out var names) || names.ValueKind != JsonValueKind.Object || !names.TryGetProperty(name, out var value))
            {
                return otherwise;
            }

            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                throw new InvalidOperationException($"model.decoder.{group}.{name} is {value.GetRawText()}; a text was expected.");
            }

            if (value.GetString() is not { Length: > 0 } text)
            {
                return otherwise;
            }

            named.Add($"{group}.{name}");
            return text;
        }
    }

    /// <summary>The name for one block of a name with <c>%d</c> in it.</summary>
    public static string Of(string pattern, int block) =>
        pattern.Replace("%d", block.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
