using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Analysis.Judges;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Analysis.Selection;

/// <summary>One residual vector for every labelled text, span or step: the mean of its tokens or the last one, those left out that the harvester leaves out.</summary>
/// <param name="harvester">The model up to the site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="reduction">How tokens become one vector.</param>
/// <param name="options">Longest text and the label of tokens outside; pooling is not used.</param>
public sealed class ResidualVectors(Harvester harvester, ITextTokenizer tokenizer, TokenReduction reduction, ConceptFitOptions? options = null)
{
    private readonly ConceptFitOptions _options = options ?? new ConceptFitOptions();

    /// <summary>Reads texts.</summary>
    /// <param name="corpus">The texts.</param>
    /// <param name="concept">The label whose direction is wanted.</param>
    /// <param name="progress">Told how many texts are read, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <returns>In the order of the texts. One text in five is held out, by a hash of the text, with all of its spans.</returns>
    /// <exception cref="SteeringException">No text carries the label, or a text cannot be read.</exception>
    public IReadOnlyList<LabelledVector> Read(LabelledCorpus corpus, string concept, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(concept);
        var found = new List<(long Order, int Part, LabelledVector Vector)>();
        var labels = new HashSet<string>(StringComparer.Ordinal);
        var read = 0L;
        foreach (var (batch, texts) in new LabelledHarvest(harvester, tokenizer, _options.MaximumTokens, _options.Outside).Run(corpus.Read(cancellationToken), cancellationToken))
        {
            foreach (var text in texts)
            {
                var heldOut = TextClassifierTrainer.IsHeldOut(text.Text.Text);
                var parts = text.Parts ?? [new TokenPart(0, text.Ids.Length, text.Text.Labels, 0)];
                for (var part = 0; part < parts.Count; part++)
                {
                    var (first, rows) = text.RowsOf(parts[part].First, parts[part].End);
                    labels.UnionWith(parts[part].Labels);
                    if (rows > 0)
                    {
                        found.Add((text.Order, part, new LabelledVector(Reduce(batch, first, rows), parts[part].Labels.Contains(concept, StringComparer.Ordinal), heldOut)));
                    }
                }

                progress?.Report(++read);
            }
        }

        if (!labels.Contains(concept))
        {
            throw new SteeringException($"No text of {corpus.Name} has the label '{concept}': did you mean {Suggestions.For(concept, [.. labels], count: 1)}? The labels are {string.Join(", ", labels.Order(StringComparer.Ordinal).Take(20))}.");
        }

        return [.. found.OrderBy(entry => entry.Order).ThenBy(entry => entry.Part).Select(entry => entry.Vector)];
    }

    private float[] Reduce(HarvestedBatch batch, int first, int rows)
    {
        var width = batch.Activations.Length / batch.Rows;
        var start = reduction == TokenReduction.Last ? first + rows - 1 : first;
        var sum = new double[width];
        for (var row = start; row < first + rows; row++)
        {
            for (var component = 0; component < width; component++)
            {
                sum[component] += batch.Activations[(row * width) + component];
            }
        }

        return Array.ConvertAll(sum, value => (float)(value / (first + rows - start)));
    }
}

/// <summary>The mean or last residual of a text, span or step.</summary>
/// <param name="Values">[d].</param>
/// <param name="HasConcept">Whether it carries the concept.</param>
/// <param name="HeldOut">Whether it is kept for measuring.</param>
public sealed record LabelledVector(ReadOnlyMemory<float> Values, bool HasConcept, bool HeldOut);
