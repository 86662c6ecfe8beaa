using System.Globalization;
using Steering.Analysis.Behaviours;
using Steering.Analysis.Concepts;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Concepts;

namespace Steering.Tests.Analysis.Concepts;

/// <summary>Every tensor of every case of the oracle <c>concepts</c>, within 1e-6.</summary>
[TestClass]
public sealed class ConceptOracleTests
{
    private const double Tolerance = 1e-6;

    [TestMethod]
    public void EveryTensorOfEveryCase_IsReproduced()
    {
        foreach (var folder in OracleFolder.Cases("concepts.json", "concepts"))
        {
            using var data = new ConceptCase(folder);
            var statistics = data.Measure();
            var expected = new HashSet<string>(data.Names, StringComparer.Ordinal);
            expected.ExceptWith(["activations", "labels", "outcome", "queries", "decoder"]);
            Statistics(folder, data, statistics, expected);
            Posteriors(folder, data, statistics, expected);
            Edits(folder, data, statistics, expected);
            Selection(folder, data, statistics, expected);
            Behaviours(folder, data, expected);
            Assert.IsEmpty(expected, $"{folder}: tensors that nothing was compared with: {string.Join(", ", expected)}");
            Rates(folder, data);
        }
    }

    private static void Statistics(string folder, ConceptCase data, ConceptStatistics statistics, HashSet<string> expected)
    {
        var bins = data.Constants.GetProperty("bins").GetInt32();
        Assert.AreEqual(ConceptHistogram.BinCount, bins, folder);
        Compare("firing_rate", Pairs(statistics.FiringRate));
        Compare("mean", Pairs(statistics.Mean));
        Compare("std", Pairs(statistics.Deviation));
        Compare("active_mean", Pairs(statistics.ActiveMean));
        Compare("active_std", Pairs(statistics.ActiveDeviation));
        Compare("range", [.. Enumerable.Range(0, data.Latents).Select(statistics.Range)]);
        Compare("bins", [.. Enumerable.Range(0, data.Latents * data.Concepts).SelectMany(pair => Shares(pair / data.Concepts, pair % data.Concepts))]);
        Compare("separability", [.. Enumerable.Range(0, data.Latents).Select(latent => Separability.Of(statistics, latent))]);
        Compare("separability_by_concept", [.. Enumerable.Range(0, data.Latents).SelectMany(latent => Separability.ByConcept(statistics, latent))]);

        double[] Pairs(Func<int, int, double> measure) =>
            [.. Enumerable.Range(0, data.Latents * data.Concepts).Select(pair => measure(pair / data.Concepts, pair % data.Concepts))];

        double[] Shares(int latent, int concept)
        {
            var shares = new double[bins];
            statistics.Shares(latent, concept, shares);
            return shares;
        }

        void Compare(string name, double[] actual) => AssertClose(folder, data, expected, name, actual);
    }

    private static void Posteriors(string folder, ConceptCase data, ConceptStatistics statistics, HashSet<string> expected)
    {
        foreach (var prior in Enum.GetValues<ConceptPrior>())
        {
            var word = prior.ToString().ToLowerInvariant();
            AssertClose(folder, data, expected, $"posterior.histogram.{word}", Ask(latent => HistogramPosterior.Of(statistics, latent, prior)));
            AssertClose(folder, data, expected, $"posterior.gaussian.{word}", Ask(latent => GaussianPosterior.Of(statistics, latent, prior)));
        }

        double[] Ask(Func<int, Posterior> of) =>
        [
            .. Queries(data).SelectMany(query =>
            {
                var probabilities = new double[data.Concepts];
                of(query.Latent).At(query.Value, probabilities);
                return probabilities;
            }),
        ];
    }

    private static void Edits(string folder, ConceptCase data, ConceptStatistics statistics, HashSet<string> expected)
    {
        var beta = data.Constants.GetProperty("dampening_beta").GetDouble();
        foreach (var (name, strength) in Named(data, "app.strength"))
        {
            AssertClose(folder, data, expected, name, [.. Queries(data).Select(query => ConceptEdits.Attenuate(
                query.Value, GaussianPosterior.Of(statistics, query.Latent, ConceptPrior.Uniform).Of(query.Value, data.Target), strength))]);
        }

        foreach (var (name, tau) in Named(data, "range_mask.tau"))
        {
            AssertClose(folder, data, expected, name, [.. Queries(data).Select(query => ConceptEdits.RangeMask(
                query.Value, statistics.Mean(query.Latent, data.Target), statistics.Deviation(query.Latent, data.Target), tau))]);
        }

        foreach (var (name, tau) in Named(data, "dampening.tau"))
        {
            AssertClose(folder, data, expected, name, [.. Queries(data).Select(query => ConceptEdits.Dampen(
                query.Value, statistics.Mean(query.Latent, data.Target), statistics.Deviation(query.Latent, data.Target), tau, beta))]);
        }
    }

    private static void Selection(string folder, ConceptCase data, ConceptStatistics statistics, HashSet<string> expected)
    {
        var mean = FeatureScores.MeanDifference(statistics, data.Target);
        var frequency = FeatureScores.FrequencyDifference(statistics, data.Target);
        AssertClose(folder, data, expected, "select.mean_difference", mean);
        AssertClose(folder, data, expected, "select.frequency_difference", frequency);
        AssertClose(folder, data, expected, "select.auroc", FeatureScores.Auroc(statistics, data.Target));
        var kept = FeatureScores.StaKept(mean, frequency, data.Constants.GetProperty("sta_trim").GetDouble());
        AssertSame(folder, data, expected, "select.sta_kept", [.. kept.Select(keep => keep ? 1 : 0)]);

        var outcome = data.Whole("outcome");
        var correlation = new OutcomeCorrelation(data.Latents);
        for (var text = 0; text < data.Texts; text++)
        {
            var (latents, values) = data.Active(text);
            correlation.Add(outcome[text], latents, values);
        }

        AssertClose(folder, data, expected, "select.pearson", correlation.Correlations());
    }

    private static void Behaviours(string folder, ConceptCase data, HashSet<string> expected)
    {
        var hits = new BehaviourHits(data.Latents, data.Concepts);
        for (var text = 0; text < data.Texts; text++)
        {
            var (latents, values) = data.Active(text);
            hits.Add(data.Labels[text], latents, values);
        }

        AssertSame(folder, data, expected, "behaviour.hits", [.. Enumerable.Range(0, data.Latents * data.Concepts).Select(pair => (int)hits.Of(pair / data.Concepts, pair % data.Concepts))]);
        var decoder = data.Numbers("decoder");
        var width = decoder.Length / data.Latents;
        double[] Row(int latent) => decoder[(latent * width)..((latent + 1) * width)];
        AssertClose(folder, data, expected, "behaviour.vectors", [.. Enumerable.Range(0, data.Concepts).SelectMany(label => BehaviourVectors.Of(hits, label, Row) ?? new double[width])]);
        int[] used = [.. Enumerable.Range(0, data.Latents).Where(latent => hits.Total(latent) > 0)];
        AssertSame(folder, data, expected, "behaviour.silhouette_latents", used);
        AssertClose(folder, data, expected, "behaviour.silhouette", CosineSilhouette.Of([.. used.Select(Row)], [.. used.Select(hits.Owner)]));
    }

    private static void Rates(string folder, ConceptCase data)
    {
        var compared = 0;
        foreach (var entry in data.Constants.GetProperty("rates").EnumerateArray())
        {
            var (hits, of) = (entry.GetProperty("hits"), entry.GetProperty("of"));
            Rate[] rates = [new(hits[0].GetInt32(), of[0].GetInt32()), new(hits[1].GetInt32(), of[1].GetInt32())];
            var where = $"{folder}, rates {rates[0]} and {rates[1]}";
            for (var index = 0; index < 2; index++)
            {
                AssertInterval(where, entry.GetProperty("wilson95")[index], rates[index].Interval());
            }

            Assert.AreEqual(entry.GetProperty("difference").GetDouble(), rates[0].Value - rates[1].Value, Tolerance, where);
            AssertInterval(where, entry.GetProperty("newcombe95"), RateIntervals.Difference(rates[0], rates[1]));
            Assert.AreEqual(entry.GetProperty("fisher_two_sided_p").GetDouble(), FisherExact.TwoSided(rates[0], rates[1]), Tolerance, where);
            compared++;
        }

        Assert.IsGreaterThan(0, compared, $"{folder} holds no rates.");
    }

    private static void AssertInterval(string where, System.Text.Json.JsonElement expected, Interval actual)
    {
        Assert.AreEqual(expected[0].GetDouble(), actual.Low, Tolerance, where);
        Assert.AreEqual(expected[1].GetDouble(), actual.High, Tolerance, where);
    }

    private static IEnumerable<(int Latent, double Value)> Queries(ConceptCase data)
    {
        var queries = data.Numbers("queries");
        var each = queries.Length / data.Latents;
        return queries.Select((value, index) => (index / each, value));
    }

    private static (string Name, double Value)[] Named(ConceptCase data, string prefix) =>
        data.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => (name, double.Parse(name.AsSpan(prefix.Length), CultureInfo.InvariantCulture)))
            .ToArray();

    private static void AssertClose(string folder, ConceptCase data, HashSet<string> expected, string name, double[] actual)
    {
        Assert.IsTrue(expected.Remove(name), $"{folder} has no tensor {name}.");
        var wanted = data.Numbers(name);
        Assert.HasCount(wanted.Length, actual, $"{folder}, {name}");
        for (var index = 0; index < wanted.Length; index++)
        {
            Assert.AreEqual(wanted[index], actual[index], Tolerance * Math.Max(1, Math.Abs(wanted[index])), $"{folder}, {name}[{index}]");
        }
    }

    private static void AssertSame(string folder, ConceptCase data, HashSet<string> expected, string name, int[] actual)
    {
        Assert.IsTrue(expected.Remove(name), $"{folder} has no tensor {name}.");
        Assert.AreSequenceEqual(data.Whole(name), actual, $"{folder}, {name}");
    }
}
