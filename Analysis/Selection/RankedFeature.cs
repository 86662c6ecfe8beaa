using Steering.Concepts;

namespace Steering.Analysis.Selection;

/// <summary>A latent and its score for a concept.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="Score">Score by the ranking.</param>
public sealed record RankedFeature(int Latent, double Score)
{
    /// <summary>The latents that speak most for a concept: largest score first, ties by index. None that fires more rarely under the concept than under the rest, none without a positive score.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">Concept, 0-based.</param>
    /// <param name="ranking">By what.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="largestRest">For <see cref="FeatureRanking.Firing"/>: largest firing rate of the rest.</param>
    public static IReadOnlyList<RankedFeature> Of(ConceptStatistics statistics, int concept, FeatureRanking ranking, int count, double largestRest = 0.01)
    {
        var scores = Scores(statistics, concept, ranking, largestRest);
        var difference = FeatureScores.MeanDifference(statistics, concept);
        return
        [
            .. scores.Select((score, latent) => new RankedFeature(latent, score))
                .Where(feature => feature.Score > 0 && difference[feature.Latent] > 0)
                .OrderByDescending(feature => feature.Score)
                .ThenBy(feature => feature.Latent)
                .Take(count),
        ];
    }

    /// <summary>The scores of all latents.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">Concept, 0-based.</param>
    /// <param name="ranking">By what.</param>
    /// <param name="largestRest">For <see cref="FeatureRanking.Firing"/>: largest firing rate of the rest.</param>
    /// <returns>[D]; 0 for an ROC-AUC of no more than 1/2.</returns>
    public static double[] Scores(ConceptStatistics statistics, int concept, FeatureRanking ranking, double largestRest = 0.01)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var difference = FeatureScores.MeanDifference(statistics, concept);
        return ranking switch
        {
            FeatureRanking.Auroc => Array.ConvertAll(FeatureScores.Auroc(statistics, concept), area => area > 0.5 ? area : 0),
            FeatureRanking.Mean => difference,
            FeatureRanking.Frequency => FeatureScores.FrequencyDifference(statistics, concept),
            FeatureRanking.Firing => FeatureScores.FiringFilter(statistics, concept, largestRest),
            FeatureRanking.Sta => [.. difference.Zip(FeatureScores.StaKept(difference, FeatureScores.FrequencyDifference(statistics, concept)), (score, kept) => kept ? score : 0)],
            FeatureRanking.Separability => FeatureScores.Separability(statistics, concept),
            _ => throw new ArgumentOutOfRangeException(nameof(ranking), ranking, "Not a ranking."),
        };
    }
}
