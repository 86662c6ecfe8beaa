using Steering.Tokenizers;

namespace Steering.Chat.Toxicity;

/// <summary>A text that a filter is fitted or calibrated on.</summary>
/// <param name="Text">The text that counts.</param>
/// <param name="Context">What stands before it, as a chat template opens a reply; it is read and does not count. Default: nothing.</param>
public sealed record ToxicityExample(string Text, string Context = "")
{
    private const int LongestExcerpt = 60;

    /// <summary>Texts without context.</summary>
    /// <param name="texts">The texts.</param>
    public static IReadOnlyList<ToxicityExample> Of(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. texts.Select(text => new ToxicityExample(text))];
    }

    /// <summary>Token ids, and the first position that counts: never a sequence's first, and the context's last, from which the text's first token comes.</summary>
    internal (int[] Ids, int From) Encode(TextTokenizer tokenizer)
    {
        var context = tokenizer.Encode(Context, addSpecialTokens: Context.Length == 0);
        int[] ids = Context.Length == 0 ? tokenizer.Encode(Text, addSpecialTokens: true) : [.. context, .. tokenizer.Encode(Text)];
        return ids.Length >= 2
            ? (ids, Context.Length == 0 ? 1 : Math.Max(1, context.Length - 1))
            : throw new SteeringException("A text to score has fewer than two tokens, and the first is never read. Leave empty texts out.");
    }

    /// <summary>A refusal that says which text it is about.</summary>
    /// <param name="kind">What the texts of its list are.</param>
    /// <param name="index">Its place in the list.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal SteeringException Refusal(string kind, int index, SteeringException cause)
    {
        var line = Text.ReplaceLineEndings(" ");
        return new SteeringException(FormattableString.Invariant($"The {kind} text {index}, '{(line.Length <= LongestExcerpt ? line : line[..LongestExcerpt] + "…")}', cannot be used: {cause.Message}"), cause);
    }
}
