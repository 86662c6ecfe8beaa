using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steering.Templates;

/// <summary>What a template is given: messages, options and variables as values of the language.</summary>
internal static class TemplateInput
{
    /// <summary>Stands behind a message that is to be continued; the same words as in transformers, since templates see them.</summary>
    private const string ContinueMark = "CONTINUE_FINAL_MESSAGE_TAG ";

    public static TemplateList Messages(RenderState state, IReadOnlyList<(string Role, string Content)> messages) => state.List([.. messages.Select(message =>
    {
        var map = state.Map(2);
        map.Set("role", message.Role);
        map.Set("content", message.Content);
        return map;
    })]);

    public static TemplateList Messages(RenderState state, JsonElement messages) => messages.ValueKind == JsonValueKind.Array
        ? (TemplateList)FromJson(state, messages, "messages")!
        : throw new SteeringException($"The messages are {Kind(messages)}; give an array of objects with role and content.");

    public static IEnumerable<KeyValuePair<string, object?>> Variables(RenderState state, TemplateList messages, ChatTemplateOptions options, IReadOnlyDictionary<string, object?> tokens)
    {
        var variables = tokens.Concat(options.Variables).Select(pair => KeyValuePair.Create(pair.Key, From(state, pair.Value, pair.Key)));
        return
        [
            .. variables,
            new("messages", options.ContinueFinalMessage ? Marked(state, messages) : messages),
            new("tools", options.Tools is { } tools ? FromJson(state, tools, nameof(options.Tools)) : null),
            new("documents", options.Documents is { } documents ? FromJson(state, documents, nameof(options.Documents)) : null),
            new("add_generation_prompt", options.GenerationPrompt),
        ];
    }

    /// <summary>The prompt up to the mark; without trailing white space where the template trimmed the message.</summary>
    public static string Continued(string text, string template)
    {
        var bare = ContinueMark.TrimEnd();
        var at = text.LastIndexOf(bare, StringComparison.Ordinal);
        return at < 0 ? throw new SteeringException($"{template} does not write the last message as it is, so it cannot be continued. Set {nameof(ChatTemplateOptions.ContinueFinalMessage)} only where the last message is one that the template writes.")
            : string.CompareOrdinal(text, at, ContinueMark, 0, ContinueMark.Length) == 0 ? text[..at]
            : PythonText.Strip(text[..at], null, start: false, end: true);
    }

    private static TemplateList Marked(RenderState state, TemplateList messages)
    {
        if (messages.Items is [.., TemplateMap last] && last.TryGet("content", out var content))
        {
            if (content is string text)
            {
                return state.List([.. messages.Items[..^1], With(state, last, "content", text + ContinueMark)]);
            }

            if (content is TemplateList parts && Array.FindLastIndex(parts.Items, part => part is TemplateMap map && map.TryGet("text", out var value) && value is string) is var at and >= 0)
            {
                var part = (TemplateMap)parts.Items[at]!;
                _ = part.TryGet("text", out var value);
                object?[] changed = [.. parts.Items];
                changed[at] = With(state, part, "text", (string)value! + ContinueMark);
                return state.List([.. messages.Items[..^1], With(state, last, "content", state.List(changed))]);
            }
        }

        throw new SteeringException($"{nameof(ChatTemplateOptions.ContinueFinalMessage)} is set, but the last message holds no text. Give a message with text to continue.");
    }

    private static TemplateMap With(RenderState state, TemplateMap map, string key, string value) => With(state, map, key, (object)value);

    private static TemplateMap With(RenderState state, TemplateMap map, string key, object value)
    {
        var copy = state.Map(map.Count);
        foreach (var (name, old) in map.Items)
        {
            copy.Set(name, old);
        }

        copy.Set(key, value);
        return copy;
    }

    private static object? From(RenderState state, object? value, string name)
    {
        switch (value)
        {
            case null or string or bool or long or double:
                return value;
            case sbyte or byte or short or ushort or int or uint:
                return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case ulong or Int128 or System.Numerics.BigInteger:
                return Integer(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), name);
            case float or decimal or Half:
                return double.Parse(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            case JsonElement element:
                return FromJson(state, element, name);
            case JsonNode node:
                using (var document = JsonDocument.Parse(node.ToJsonString()))
                {
                    return FromJson(state, document.RootElement, name);
                }

            case IEnumerable<KeyValuePair<string, object?>> pairs:
                return Map(pairs);
            case IDictionary dictionary when dictionary.Keys.Cast<object>().All(key => key is string):
                return Map(dictionary.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, dictionary[key])));
            case IEnumerable items and not IDictionary:
                state.Enter();
                var list = state.List([.. items.Cast<object?>().Select(item => From(state, item, name))]);
                state.Leave();
                return list;
            default:
                throw new SteeringException($"The template variable {name} is a {value.GetType().Name}; give a text, a number, a boolean, null, a JsonElement, a JsonNode, or a list or dictionary of these.");
        }

        TemplateMap Map(IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            state.Enter();
            var map = state.Map();
            foreach (var (key, item) in pairs)
            {
                map.Set(key, From(state, item, name));
            }

            state.Leave();
            return map;
        }
    }

    private static object? FromJson(RenderState state, JsonElement element, string name)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            case JsonValueKind.String:
                try
                {
                    return element.GetString();
                }
                catch (InvalidOperationException failure)
                {
                    throw new SteeringException($"The template variable {name} holds a text that is no valid Unicode; mend the text.", failure);
                }

            case JsonValueKind.Number:
                // 250.0 stays a float: templates print it so.
                var text = element.GetRawText();
                return text.AsSpan().ContainsAny(".eE") ? double.Parse(text, CultureInfo.InvariantCulture) : Integer(text, name);
            case JsonValueKind.Array:
                state.Enter();
                var list = state.List([.. element.EnumerateArray().Select(item => FromJson(state, item, name))]);
                state.Leave();
                return list;
            case JsonValueKind.Object:
                state.Enter();
                var map = state.Map();
                foreach (var property in element.EnumerateObject())
                {
                    map.Set(property.Name, FromJson(state, property.Value, name));
                }

                state.Leave();
                return map;
            default:
                throw new SteeringException($"The template variable {name} is an empty JsonElement; give a value.");
        }
    }

    private static object Integer(string text, string name) => PythonNumber.TryParseInteger(text, 10, out var value)
        ? value! : throw new SteeringException($"The template variable {name} holds an integer of more than {PythonNumber.LargestBits} bits; give a smaller one.");

    private static string Kind(JsonElement element) => element.ValueKind switch { JsonValueKind.Undefined => "missing", JsonValueKind.Object => "an object", _ => $"a {element.ValueKind}" };
}
