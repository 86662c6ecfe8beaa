using Steering.Concepts;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Training.Activations;

namespace Steering.Training.Concepts;

/// <summary>
/// Measures concepts: labelled texts through the first part of the model and the SAE's encoder into a
/// <see cref="ConceptAccumulator"/>. Each text is a sequence of its own. The first token and massive activations are left
/// out as the harvester does.
/// </summary>
/// <param name="harvester">The model up to the SAE's site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="autoencoder">The SAE.</param>
/// <param name="options">How to measure, or null.</param>
public sealed class ConceptFitter(Harvester harvester, ITextTokenizer tokenizer, SparseAutoencoder autoencoder, ConceptFitOptions? options = null)
{
    // Sorted by length within such a group, batches hold texts of like length and little filling.
    private const int GroupTexts = 512;

    private readonly ConceptFitOptions _options = options ?? new ConceptFitOptions();

    /// <summary>Measures.</summary>
    /// <param name="corpus">The texts.</param>
    /// <param name="origin">Model and SAE; pooling and counts are filled in.</param>
    /// <param name="progress">Receives the texts read so far and how many there are, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <exception cref="SteeringException">Fewer than two labels, a label with one example, a text of which no token counts.</exception>
    public ConceptStatistics Fit(LabelledCorpus corpus, ConceptOrigin origin, IProgress<(long Read, long All)>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(origin);
        var (labels, all) = corpus.Labels(cancellationToken);
        var accumulator = new ConceptAccumulator(autoencoder.LatentCount, labels, _options.ExactValues);
        var indices = labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var pooler = new ObservationPooler(accumulator, tokenizer, _options.Pooling);
        var waiting = new Dictionary<long, LabelledText>();
        var (read, tokens, leftOut) = (0L, 0L, 0L);
        foreach (var batch in harvester.Run(Windows(corpus, waiting, cancellationToken), cancellationToken: cancellationToken))
        {
            var activations = autoencoder.EncodeSparse(batch.Activations, batch.Rows);
            var (token, row) = (0, 0);
            foreach (var window in batch.Windows)
            {
                waiting.Remove(window.Number, out var text);
                var outside = batch.LeftOut.AsSpan(token, window.Ids.Length);
                if (!outside.Contains(LeftOut.No))
                {
                    throw new SteeringException($"{text!.Place}: every one of its {window.Ids.Length} tokens is left out (the first of a text, or of massive norm), so it says nothing. Take such texts out.");
                }

                pooler.Add([.. text!.Labels.Select(label => indices[label])], window.Ids, outside, activations, row);
                row += outside.Count(LeftOut.No);
                token += window.Ids.Length;
                progress?.Report((++read, all));
            }

            tokens += batch.Tokens;
            leftOut += batch.Tokens - batch.Rows;
        }

        return accumulator.ToStatistics(origin with { Pooling = _options.Pooling, Corpus = corpus.Name, Tokens = tokens, TokensLeftOut = leftOut }, cancellationToken);
    }

    /// <summary>The model's part of <see cref="Fit"/> alone, for measurements.</summary>
    internal IEnumerable<HarvestedBatch> Harvest(LabelledCorpus corpus, CancellationToken cancellationToken) =>
        harvester.Run(Windows(corpus, [], cancellationToken), cancellationToken: cancellationToken);

    private IEnumerable<TokenWindow> Windows(LabelledCorpus corpus, Dictionary<long, LabelledText> waiting, CancellationToken cancellationToken)
    {
        var number = 0L;
        foreach (var group in corpus.Read(cancellationToken).Chunk(GroupTexts))
        {
            var encoded = group.Select(text => (Text: text, Ids: Encode(text))).OrderBy(entry => entry.Ids.Length);
            foreach (var (text, ids) in encoded)
            {
                waiting.Add(number, text);
                yield return new TokenWindow { Number = number++, Ids = ids, Documents = new long[ids.Length], Roles = new TokenRole[ids.Length] };
            }
        }
    }

    private int[] Encode(LabelledText text)
    {
        var ids = tokenizer.Encode(text.Text, addSpecialTokens: true);
        return ids.Length > 0
            ? ids[..Math.Min(ids.Length, _options.MaximumTokens)]
            : throw new SteeringException($"{text.Place} holds no text. Take empty texts out.");
    }
}
