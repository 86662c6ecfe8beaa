using Steering.Tokenizers;

namespace Steering.Sandbox.Labelling;

/// <summary>
/// Says of every token of a document what the generator knows of it: who speaks, how, about what, in which step, right or
/// wrong, at which place, in which word. A token that begins with a blank belongs where its first letter stands.
/// </summary>
/// <param name="tokenizer">The model's tokenizer; it must give the document's text back.</param>
public sealed class TokenLabeller(TextTokenizer tokenizer)
{
    /// <summary>Labels one document.</summary>
    /// <param name="document">A document of the generator.</param>
    /// <returns>Its tokens and their labels.</returns>
    /// <exception cref="SteeringException">The tokens are not pieces of the text.</exception>
    public LabelledTokens Label(SandboxDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var text = document.Text;
        var ids = tokenizer.Encode(text);
        var letters = new LetterLabels(document);
        var labels = new IReadOnlyList<string>[ids.Length];
        var start = 0;
        for (var token = 0; token < ids.Length; token++)
        {
            var piece = tokenizer.Decode([ids[token]]);
            if (string.CompareOrdinal(text, start, piece, 0, piece.Length) != 0 || piece.Length == 0)
            {
                throw new SteeringException($"Token {token} of a document is '{piece}', which is not what stands in the text. Use the tokenizer of a sandbox model.");
            }

            labels[token] = letters.Of(start, piece);
            start += piece.Length;
        }

        return new LabelledTokens(ids, labels);
    }
}

/// <summary>A document as tokens, each with everything that is true of it.</summary>
/// <param name="Ids">Token ids of the document's text.</param>
/// <param name="Labels">For each token its labels, in words, each at most once.</param>
public sealed record LabelledTokens(IReadOnlyList<int> Ids, IReadOnlyList<IReadOnlyList<string>> Labels);
