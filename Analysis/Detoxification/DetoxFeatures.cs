using System.Globalization;
using Steering.Analysis.Selection;
using Steering.Concepts;

namespace Steering.Analysis.Detoxification;

/// <summary>Chooses the features that are turned down.</summary>
internal static class DetoxFeatures
{
    /// <summary>The features that speak most for toxicity.</summary>
    /// <param name="statistics">Statistics whose concept 0 is the toxic one.</param>
    /// <param name="ranking">By what.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="largestClean">Largest share of clean texts on which a feature may fire, where the ranking asks for it.</param>
    /// <returns>At least one, the strongest first; ties go to the lower index.</returns>
    /// <exception cref="SteeringException">None passes.</exception>
    public static IReadOnlyList<RankedFeature> Choose(ConceptStatistics statistics, DetoxRanking ranking, int count, double largestClean)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var chosen = ranking switch
        {
            DetoxRanking.StaFiring => [.. RankedFeature.Of(statistics, DetoxStatistics.Toxic, FeatureRanking.Sta, int.MaxValue)
                .Where(feature => statistics.FiringRate(feature.Latent, DetoxStatistics.Clean) <= largestClean).Take(count)],
            DetoxRanking.Sta => RankedFeature.Of(statistics, DetoxStatistics.Toxic, FeatureRanking.Sta, count),
            DetoxRanking.Firing => RankedFeature.Of(statistics, DetoxStatistics.Toxic, FeatureRanking.Firing, count, largestClean),
            DetoxRanking.Mean => RankedFeature.Of(statistics, DetoxStatistics.Toxic, FeatureRanking.Mean, count),
            DetoxRanking.Auroc => RankedFeature.Of(statistics, DetoxStatistics.Toxic, FeatureRanking.Auroc, count),
            _ => throw new ArgumentOutOfRangeException(nameof(ranking), ranking, "Not a ranking."),
        };
        return chosen.Count > 0
            ? chosen
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"No feature speaks for the toxic texts by {ranking.ToString().ToLowerInvariant()}{(ranking is DetoxRanking.StaFiring or DetoxRanking.Firing ? $" while firing on at most {largestClean:P1} of the clean ones" : string.Empty)}. Allow more with --rest, rank by something else, or give more texts, and texts that differ in nothing but their toxicity."));
    }
}

/// <summary>A feature that the policies turn down.</summary>
/// <param name="Feature">Latent, 0-based.</param>
/// <param name="Score">Score by the ranking.</param>
/// <param name="ToxicRate">Share of the toxic texts on which it fires.</param>
/// <param name="CleanRate">Share of the clean texts on which it fires.</param>
/// <param name="ToxicMean">Mean of its active values on toxic texts, the gate's unit.</param>
public sealed record DetoxFeature(int Feature, double Score, double ToxicRate, double CleanRate, double ToxicMean);
