using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Concepts;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Analysis.Detoxification;

/// <summary>How features and the residual stream behave on toxic and on clean texts.</summary>
/// <param name="Largest">Statistics of each text's largest activations, by which features are chosen and APP attenuates.</param>
/// <param name="Mean">Statistics of each text's mean activations, of which STA's vector is made.</param>
/// <param name="Difference">Mean residual of the toxic texts minus that of the clean ones.</param>
internal sealed record DetoxStatistics(ConceptStatistics Largest, ConceptStatistics Mean, DiffMeanResult Difference)
{
    /// <summary>Index of the toxic concept.</summary>
    public const int Toxic = 0;

    /// <summary>Index of the clean concept.</summary>
    public const int Clean = 1;

    private static readonly string[] Names = ["toxic", "clean"];

    /// <summary>Measures the tokens of the texts themselves; what stands before them, the first token and massive activations are left out.</summary>
    /// <exception cref="SteeringException">Fewer than two texts of a kind, or equal means.</exception>
    public static DetoxStatistics Measure(
        DetoxReader reader, ITextTokenizer tokenizer, int latents, int width, IReadOnlyList<DetoxSequence> toxic, IReadOnlyList<DetoxSequence> clean, ConceptOrigin origin, CancellationToken cancellationToken)
    {
        var (largest, mean) = (new ConceptAccumulator(latents, Names), new ConceptAccumulator(latents, Names));
        var (largestPooler, meanPooler) = (new ObservationPooler(largest, tokenizer, ConceptPooling.Maximum), new ObservationPooler(mean, tokenizer, ConceptPooling.Mean));
        var difference = new DiffMean(width, TokenReduction.Mean, TokenExclusion.None);
        var (tokens, read) = (0L, 0L);
        foreach (var (sequences, concept) in ((IReadOnlyList<DetoxSequence>, int)[])[(toxic, Toxic), (clean, Clean)])
        {
            reader.Read(sequences, massive: false, (index, leftOut, batch, activations, first) =>
            {
                var from = sequences[index].TextFrom;
                var before = leftOut[..from].Count(LeftOut.No);
                var text = leftOut[from..];
                var rows = text.Count(LeftOut.No);
                tokens += leftOut.Length;
                read += rows;
                if (rows == 0)
                {
                    return;
                }

                largestPooler.Add([concept], sequences[index].Ids.AsSpan(from), text, activations, first + before);
                meanPooler.Add([concept], sequences[index].Ids.AsSpan(from), text, activations, first + before);
                var residuals = batch.Activations.AsSpan((first + before) * width, rows * width);
                if (concept == Toxic)
                {
                    difference.AddPositive(residuals, rows);
                }
                else
                {
                    difference.AddNegative(residuals, rows);
                }
            }, cancellationToken);
        }

        var filled = origin with { Tokens = tokens, TokensLeftOut = tokens - read };
        return new DetoxStatistics(
            largest.ToStatistics(filled with { Pooling = ConceptPooling.Maximum }, cancellationToken),
            mean.ToStatistics(filled with { Pooling = ConceptPooling.Mean }, cancellationToken),
            difference.Compute());
    }
}
