using System.Globalization;
using System.Xml.Linq;
using Steering.Analysis.Concepts;
using Steering.Analysis.Reports;
using Steering.Concepts;

namespace Steering.Tests.Analysis.Concepts;

[TestClass]
public sealed class ConceptChartsTests
{
    /// <summary>Against the kernel estimate written out: every bin's share times a Gaussian and its two mirror images.</summary>
    [TestMethod]
    public void Density_IsTheReflectedKernelEstimate_AndItsAreaTheFiringRate()
    {
        var statistics = Measure();
        for (var concept = 0; concept < 2; concept++)
        {
            var density = ConceptDensity.Of(statistics, 0, concept);
            var width = statistics.Range(0) / ConceptHistogram.BinCount;
            Assert.AreEqual(statistics.FiringRate(0, concept), density.Sum(point => point.Density * width), 1e-9);

            var shares = new double[ConceptHistogram.BinCount];
            statistics.Shares(0, concept, shares);
            var bandwidth = statistics.ActiveDeviation(0, concept) * Math.Pow(statistics.Active(0, concept), -0.2);
            foreach (var (activation, value) in density.Where((_, index) => index % 17 == 0))
            {
                var expected = 0.0;
                for (var bin = 0; bin < shares.Length; bin++)
                {
                    var middle = (bin + 0.5) * width;
                    expected += shares[bin] * (Normal(activation - middle, bandwidth) + Normal(activation + middle, bandwidth) + Normal(activation - ((2 * statistics.Range(0)) - middle), bandwidth));
                }

                Assert.AreEqual(expected, value, 1e-4);
            }
        }
    }

    [TestMethod]
    public void Densities_ShowTheAtomAtZeroAsABar()
    {
        var svg = XElement.Parse(ConceptCharts.Densities(Measure(), 0, [0, 1]).ToSvg());
        XNamespace name = "http://www.w3.org/2000/svg";
        var bars = svg.Elements(name + "rect").ToArray();
        Assert.HasCount(2, bars);
        Assert.AreEqual(0.75 / 0.5, double.Parse(bars[1].Attribute("height")!.Value, CultureInfo.InvariantCulture) / double.Parse(bars[0].Attribute("height")!.Value, CultureInfo.InvariantCulture), 1e-3);
        Assert.Contains("calm: 75%", bars[1].Element(name + "title")!.Value, StringComparison.Ordinal);
        Assert.HasCount(2, svg.Descendants(name + "path"));
    }

    [TestMethod]
    public void SeparabilityOfLatents_CountsTheLatentsThatFire()
    {
        var statistics = Measure();
        var chart = ConceptCharts.SeparabilityOfLatents(statistics);
        Assert.AreEqual(2, chart.Counts.Sum());
        Assert.AreEqual(1, chart.Counts[(int)(Separability.Of(statistics, 0) * chart.Counts.Count)]);
        Assert.AreEqual(1, chart.Counts[^1], "latent 1 fires under one concept only, always");
        Assert.Contains("mean", chart.Title, StringComparison.Ordinal);
    }

    [TestMethod]
    public void Picture_StandsByItself()
    {
        var statistics = Measure();
        var text = SvgPicture.Of(ConceptCharts.Densities(statistics, 0, [0, 1]).ToSvg(), ConceptCharts.SeparabilityOfLatents(statistics).ToSvg());
        var svg = XElement.Parse(text);
        XNamespace name = "http://www.w3.org/2000/svg";
        Assert.AreEqual(name + "svg", svg.Name);
        Assert.DoesNotContain("var(", text, StringComparison.Ordinal);
        var charts = svg.Elements(name + "svg").ToArray();
        Assert.HasCount(2, charts);
        Assert.AreEqual("0", charts[0].Attribute("y")!.Value);
        Assert.AreEqual(charts[0].Attribute("height")!.Value, charts[1].Attribute("y")!.Value);
        Refusal.Of(() => SvgPicture.Save("picture.png", text), ".svg");
    }

    [TestMethod]
    public void WhatCannotBeDrawn_IsRefused()
    {
        var accumulator = new ConceptAccumulator(1, ["a", "b"]);
        foreach (var concept in (int[])[0, 0, 1, 1])
        {
            accumulator.Add([concept], [], []);
        }

        var silent = accumulator.ToStatistics(ConceptCase.Origin);
        Refusal.Of(() => ConceptCharts.Densities(silent, 0, [0, 1]), "fired under none of a, b");
        Refusal.Of(() => ConceptCharts.SeparabilityOfLatents(silent), "No feature fired");
        var series = new DensitySeries("a", 0.5, [(0, 1)]);
        Refusal.Of(() => new DensityChart("t", new ChartAxis("x"), new ChartAxis("y"), "zero", [.. Enumerable.Repeat(series, 7)]).ToSvg(), "7 distributions");
    }

    /// <summary>Latent 0 is active in half of one concept and a quarter of the other; latent 1 in all of one; latent 2 never.</summary>
    private static ConceptStatistics Measure()
    {
        var random = new Random(3);
        var accumulator = new ConceptAccumulator(3, ["rude", "calm"]);
        for (var text = 0; text < 400; text++)
        {
            var rude = text % 2 == 0;
            var active = text / 2 % 4 < (rude ? 2 : 1);
            var value = (float)((rude ? 3 : 1) + random.NextDouble() + random.NextDouble());
            int[] latents = [.. active ? (int[])[0] : [], .. rude ? (int[])[1] : []];
            float[] values = [.. latents.Select(latent => latent == 0 ? value : 2)];
            accumulator.Add([rude ? 0 : 1], latents, values);
        }

        return accumulator.ToStatistics(ConceptCase.Origin);
    }

    private static double Normal(double distance, double deviation) => Math.Exp(-0.5 * distance * distance / (deviation * deviation)) / (deviation * Math.Sqrt(2 * Math.PI));
}
