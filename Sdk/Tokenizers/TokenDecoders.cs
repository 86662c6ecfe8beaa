using System.Text.Json;

namespace Steering.Tokenizers;

/// <summary>Makes a decoder from the <c>decoder</c> of a <c>tokenizer.json</c>.</summary>
internal static class TokenDecoders
{
    /// <summary>Reads a decoder.</summary>
    /// <exception cref="SteeringException">It has a step of an unknown type, or steps in an order that is not supported.</exception>
    public static TokenDecoder Read(JsonElement element, string source)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return new();
        }

        return string.Equals(TokenizerReader.Text(element, "type", source), "Sequence", StringComparison.Ordinal)
            ? element.GetProperty("decoders").EnumerateArray().Aggregate(new TokenDecoder(), (decoder, step) => Add(decoder, step, source))
            : Add(new TokenDecoder(), element, source);
    }

    private static TokenDecoder Add(TokenDecoder decoder, JsonElement step, string source)
    {
        var type = TokenizerReader.Text(step, "type", source);
        switch (type)
        {
            case "ByteLevel":
                return decoder with { ByteLevel = true };
            case "ByteFallback":
                return decoder with { ByteFallback = true };
            case "Fuse":
                return decoder;
            case "Replace" when step.GetProperty("pattern").TryGetProperty("String", out var pattern) && pattern.GetString() is { Length: > 0 } old:
                return decoder with { Replacements = [.. decoder.Replacements, (old, TokenizerReader.Text(step, "content", source))] };
            case "Strip" when step.GetProperty("stop").GetInt32() == 0 && TokenizerReader.Text(step, "content", source) is [var character]:
                return decoder with { StripCharacter = character, StripStart = step.GetProperty("start").GetInt32() };
            case "Metaspace":
                var prepends = step.TryGetProperty("prepend_scheme", out var scheme)
                    ? !string.Equals(scheme.GetString(), "never", StringComparison.Ordinal)
                    : TokenizerReader.Flag(step, "add_prefix_space", true);
                return decoder with
                {
                    Replacements = [.. decoder.Replacements, (TokenizerReader.Text(step, "replacement", source), " ")],
                    StripStart = prepends ? 1 : 0,
                };
            default:
                throw new SteeringException($"{source} uses the decoder {step.GetRawText()}, which is not supported. Supported: ByteFallback, ByteLevel, Fuse, Metaspace, Replace (of a string), Sequence, Strip (at the start).");
        }
    }
}
