using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Concepts;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Analysis.Concepts;

/// <summary>
/// Measures concepts: labelled texts through the first part of the model and the SAE's encoder into a
/// <see cref="ConceptAccumulator"/>. Each text is a sequence of its own. The first token and massive activations are left
/// out as the harvester does. Where spans or steps are labelled, each is one observation, pooled over its tokens; tokens outside are
/// left out unless they have a label of their own.
/// </summary>
/// <param name="harvester">The model up to the SAE's site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="autoencoder">The SAE.</param>
/// <param name="options">How to measure, or null.</param>
public sealed class ConceptFitter(Harvester harvester, ITextTokenizer tokenizer, SparseAutoencoder autoencoder, ConceptFitOptions? options = null)
{
    private const int BatchesAhead = 2;

    private readonly ConceptFitOptions _options = options ?? new ConceptFitOptions();

    /// <summary>Labelled spans and steps of the last measurement that gave no observation: cut off with the end of their text, or every token of theirs left out.</summary>
    public long SpansLost { get; private set; }

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
        var (labels, all, inParts) = corpus.Labels(cancellationToken);
        if (_options.Outside is { } outside)
        {
            if (inParts == 0)
            {
                throw new SteeringException($"The label '{outside}' is for tokens outside of labelled spans or steps, and every text of {corpus.Name} is labelled as a whole. Leave it out.");
            }

            labels = [.. labels.Append(outside).Distinct(StringComparer.Ordinal)];
        }

        var accumulator = new ConceptAccumulator(autoencoder.LatentCount, labels, _options.ExactValues);
        var indices = labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var pooler = new ObservationPooler(accumulator, tokenizer, _options.Pooling);
        var (read, tokens, leftOut) = (0L, 0L, 0L);
        var harvest = new LabelledHarvest(harvester, tokenizer, _options.MaximumTokens, _options.Outside);

        // The model reads on while its last batches are encoded and counted.
        foreach (var (batch, texts) in ReadAhead.Of(token => harvest.Run(corpus.Read(token), token), BatchesAhead, cancellationToken))
        {
            var activations = autoencoder.EncodeSparse(batch.Activations, batch.Rows);
            foreach (var text in texts)
            {
                pooler.Add(text, names => [.. names.Select(name => indices[name])], activations);
                progress?.Report((++read, all));
            }

            tokens += batch.Tokens;
            leftOut += batch.Tokens - batch.Rows;
        }

        SpansLost = pooler.SpansLost;
        return accumulator.ToStatistics(origin with { Pooling = _options.Pooling, Corpus = corpus.Name, Tokens = tokens, TokensLeftOut = leftOut }, cancellationToken);
    }

    /// <summary>The model's part of <see cref="Fit"/> alone, for measurements.</summary>
    internal IEnumerable<HarvestedBatch> Harvest(LabelledCorpus corpus, CancellationToken cancellationToken) =>
        new LabelledHarvest(harvester, tokenizer, _options.MaximumTokens, _options.Outside).Run(corpus.Read(cancellationToken), cancellationToken).Select(part => part.Batch);
}

/// <summary>How concepts are measured.</summary>
public sealed record ConceptFitOptions
{
    /// <summary>How tokens become observations. Default: the largest activation of each latent over the text.</summary>
    public ConceptPooling Pooling { get; init; }

    /// <summary>Longest text in tokens; what goes beyond is cut off. Default: 256.</summary>
    public int MaximumTokens { get; init; } = 256;

    /// <summary>Label of the tokens in no labelled span or step; null leaves them out. Default: null.</summary>
    public string? Outside { get; init; }

    /// <summary>How many active values of a latent under a concept are kept singly (<see cref="ConceptAccumulator.DefaultExactValues"/>).</summary>
    public int ExactValues { get; init; } = ConceptAccumulator.DefaultExactValues;
}
