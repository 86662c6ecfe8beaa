using System.Globalization;
using Steering.Chat.Toxicity;
using Steering.Tokenizers;

namespace Steering.Analysis.Detoxification;

/// <summary>The tokens of a text and of what stands before it.</summary>
/// <param name="Ids">Token ids, at least two.</param>
/// <param name="Context">How many of them stand before the text.</param>
internal sealed record DetoxSequence(int[] Ids, int Context)
{
    /// <summary>The text's first token that is read: never a sequence's first.</summary>
    public int TextFrom => Math.Max(1, Context);

    /// <summary>Where that ends which a gate on the prompt reads: the context, or where there is none, the text itself.</summary>
    public int PromptEnd => Context > 1 ? Context : Ids.Length;

    /// <summary>Encodes a text.</summary>
    /// <exception cref="SteeringException">Nothing is left of the text.</exception>
    public static DetoxSequence Of(ToxicityExample example, ITextTokenizer tokenizer, int window)
    {
        var context = example.Context.Length == 0 ? [] : tokenizer.Encode(example.Context, addSpecialTokens: false);
        var text = tokenizer.Encode(example.Text, addSpecialTokens: context.Length == 0);
        int[] ids = [.. context, .. text];
        ids = ids[..Math.Min(ids.Length, window)];
        return ids.Length > Math.Max(1, context.Length)
            ? new DetoxSequence(ids, context.Length)
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The text '{Start(example.Text)}' has {text.Length} tokens after a prompt of {context.Length}, and a sequence's first token is never read: with a window of {window} tokens nothing of it is left. Leave it out, or give a larger window."));
    }

    private static string Start(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
