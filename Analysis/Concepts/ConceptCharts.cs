using System.Globalization;
using Steering.Analysis.Reports;
using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>Pictures of what a file of concepts holds.</summary>
public static class ConceptCharts
{
    private const int Bins = 25;

    /// <summary>The densities of a latent under concepts, with the share of observations on which it is inactive.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="concepts">Concepts, 0-based; at most <see cref="DensityChart.MostSeries"/>.</param>
    /// <exception cref="SteeringException">The latent fired under none of them, or there are too many.</exception>
    public static DensityChart Densities(ConceptStatistics statistics, int latent, IReadOnlyList<int> concepts)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(concepts);
        if (concepts.All(concept => statistics.Active(latent, concept) == 0))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Feature {latent} fired under none of {string.Join(", ", concepts.Select(concept => statistics.Concepts[concept].Name))}, so there is no density to draw. 'steer concept select' lists features that fire."));
        }

        return new DensityChart(
            string.Create(CultureInfo.InvariantCulture, $"Feature {latent} under each concept, separability {Separability.Of(statistics, latent):F3}"),
            new ChartAxis($"activation ({statistics.Origin.Pooling.ToString().ToLowerInvariant()})", FromZero: true),
            new ChartAxis("probability density of active values", FromZero: true),
            "inactive",
            [.. concepts.Select(concept => new DensitySeries(statistics.Concepts[concept].Name, 1 - statistics.FiringRate(latent, concept), ConceptDensity.Of(statistics, latent, concept)))]);
    }

    /// <summary>How the separability of the latents that fire is distributed.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <exception cref="SteeringException">No latent fired.</exception>
    public static HistogramChart SeparabilityOfLatents(ConceptStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        double[] values = [.. Enumerable.Range(0, statistics.LatentCount).Where(latent => statistics.Largest(latent) > 0).Select(latent => Separability.Of(statistics, latent))];
        if (values.Length == 0)
        {
            throw new SteeringException("No feature fired under any concept, so there is no separability to draw. Fit the concepts on texts of the SAE's own kind.");
        }

        var counts = new int[Bins];
        foreach (var value in values)
        {
            counts[Math.Min(Bins - 1, (int)(value * Bins))]++;
        }

        return new HistogramChart(
            string.Create(CultureInfo.InvariantCulture, $"Separability of {values.Length:N0} features that fire, mean {values.Average():F3}"),
            new ChartAxis("mean Jensen–Shannon distance between two concepts", FromZero: true),
            new ChartAxis("features"),
            [.. Enumerable.Range(0, Bins + 1).Select(edge => (double)edge / Bins)],
            counts);
    }

    /// <summary>The same for each concept apart, as the share of features that separate it further than a distance.</summary>
    /// <param name="statistics">What was measured.</param>
    public static LineChart SeparabilityOfConcepts(ConceptStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        double[][] values = [.. Enumerable.Range(0, statistics.LatentCount).Where(latent => statistics.Largest(latent) > 0).Select(latent => Separability.ByConcept(statistics, latent))];
        return new LineChart(
            "Features that separate a concept from the others by more than …",
            new ChartAxis("mean Jensen–Shannon distance to the other concepts", FromZero: true),
            new ChartAxis("features", Logarithmic: true),
            [
                .. statistics.Concepts.Take(DensityChart.MostSeries).Select((concept, index) => new ChartSeries(
                    concept.Name,
                    [.. Enumerable.Range(0, 101).Select(step => (step / 100.0, (double)values.Count(value => value[index] > step / 100.0)))])),
            ]);
    }
}
