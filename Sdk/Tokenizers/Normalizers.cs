using System.Text;
using System.Text.Json;

namespace Steering.Tokenizers;

/// <summary>Makes normalisers from the <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class Normalizers
{
    /// <summary>Reads a normaliser.</summary>
    /// <exception cref="SteeringException">It is of an unknown type.</exception>
    public static Func<string, string> Read(JsonElement element, string source)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return static text => text;
        }

        var type = TokenizerReader.Text(element, "type", source);
        switch (type)
        {
            case "Sequence":
                Func<string, string>[] steps = [.. element.GetProperty("normalizers").EnumerateArray().Select(step => Read(step, source))];
                return text => steps.Aggregate(text, (current, step) => step(current));
            case "NFC":
                return static text => Form(text, NormalizationForm.FormC);
            case "NFD":
                return static text => Form(text, NormalizationForm.FormD);
            case "NFKC":
                return static text => Form(text, NormalizationForm.FormKC);
            case "NFKD":
                return static text => Form(text, NormalizationForm.FormKD);
            case "Lowercase":
                return static text => text.ToLowerInvariant();
            case "Prepend":
                var prefix = TokenizerReader.Text(element, "prepend", source);
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace" when element.GetProperty("pattern").TryGetProperty("String", out var pattern):
                var (old, content) = (pattern.GetString() ?? string.Empty, TokenizerReader.Text(element, "content", source));
                return old.Length == 0 ? static text => text : text => text.Replace(old, content, StringComparison.Ordinal);
            default:
                throw new SteeringException($"{source} uses the normaliser '{type}', which is not supported. Supported: Lowercase, NFC, NFD, NFKC, NFKD, Prepend, Replace (of a string), Sequence.");
        }
    }

    /// <summary>Whether a normaliser works on each side of a space between two letters by itself and leaves the space there.</summary>
    public static bool KeepSpaces(JsonElement element) =>
        element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
        || element.GetProperty("type").GetString() switch
        {
            "Sequence" => element.GetProperty("normalizers").EnumerateArray().All(KeepSpaces),
            "NFC" or "NFD" or "Lowercase" => true,
            _ => false,
        };

    // A lone surrogate has no form; it is encoded as U+FFFD, as everywhere in UTF-8.
    private static string Form(string text, NormalizationForm form) =>
        text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0
            ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(form)
            : text.Normalize(form);
}
