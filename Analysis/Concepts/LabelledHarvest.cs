using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;
using Steering.Tokenizers;

namespace Steering.Analysis.Concepts;

/// <summary>Runs labelled texts through the first part of a model, each text a sequence of its own.</summary>
/// <param name="harvester">The model up to a site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="maximumTokens">Longest text; what goes beyond is cut off.</param>
/// <param name="outside">Label of the tokens in no labelled span or step, or null where they are left out.</param>
internal sealed class LabelledHarvest(Harvester harvester, ITextTokenizer tokenizer, int maximumTokens, string? outside = null)
{
    // Sorted by length within such a group, batches hold texts of like length and little filling.
    private const int GroupTexts = 512;

    /// <summary>Reads texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <returns>Batches with their texts; within 512 texts the short ones come first.</returns>
    /// <exception cref="SteeringException">A text is empty, or no token of it counts; while reading.</exception>
    public IEnumerable<(HarvestedBatch Batch, IReadOnlyList<LabelledTokens> Texts)> Run(IEnumerable<LabelledText> texts, CancellationToken cancellationToken = default)
    {
        var waiting = new Dictionary<long, (LabelledText Text, long Order, IReadOnlyList<TokenPart>? Parts)>();
        foreach (var batch in harvester.Run(Windows(texts, waiting), cancellationToken: cancellationToken))
        {
            var (token, row) = (0, 0);
            var found = new List<LabelledTokens>(batch.Windows.Count);
            foreach (var window in batch.Windows)
            {
                waiting.Remove(window.Number, out var entry);
                var read = new LabelledTokens(entry.Text, entry.Order, window.Ids, batch.LeftOut.AsMemory(token, window.Ids.Length), row, entry.Parts);
                if (read.Rows == 0)
                {
                    throw new SteeringException($"{entry.Text.Place}: every one of its {window.Ids.Length} tokens is left out (the first of a text, or of massive norm), so it says nothing. Take such texts out.");
                }

                found.Add(read);
                row += read.Rows;
                token += window.Ids.Length;
            }

            yield return (batch, found);
        }
    }

    private IEnumerable<TokenWindow> Windows(IEnumerable<LabelledText> texts, Dictionary<long, (LabelledText Text, long Order, IReadOnlyList<TokenPart>? Parts)> waiting)
    {
        var number = 0L;
        foreach (var group in texts.Index().Chunk(GroupTexts))
        {
            foreach (var (order, (text, ids, parts)) in group.Select(entry => (entry.Index, Encoded: Encode(entry.Item))).OrderBy(entry => entry.Encoded.Ids.Length))
            {
                waiting.Add(number, (text, order, parts));
                yield return new TokenWindow { Number = number++, Ids = ids, Documents = new long[ids.Length], Roles = new TokenRole[ids.Length] };
            }
        }
    }

    private (LabelledText Text, int[] Ids, IReadOnlyList<TokenPart>? Parts) Encode(LabelledText text)
    {
        var ids = tokenizer.Encode(text.Text, addSpecialTokens: true);
        if (ids.Length == 0)
        {
            throw new SteeringException($"{text.Place} holds no text. Take empty texts out.");
        }

        var count = Math.Min(ids.Length, maximumTokens);
        return (text, ids[..count], text.Scope == LabelScope.Text ? null : TokenPart.Of(tokenizer, text, ids, count, outside));
    }
}
