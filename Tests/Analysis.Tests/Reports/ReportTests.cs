using System.Globalization;
using System.Xml.Linq;
using Steering.Analysis.Reports;

namespace Steering.Tests.Analysis.Reports;

[TestClass]
public sealed class ReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    /// <summary>Whatever a corpus holds, it is text: the page stays one well-formed tree without scripts.</summary>
    [TestMethod]
    public void ToHtml_OfHostileText_HasNoMarkupOfItsOwn()
    {
        const string Hostile = "</div><script>alert(1)</script><img src=x onerror=\"alert(2)\">&amp;\u202E\u0001'";
        var report = new HtmlReport(Hostile)
            .Heading(Hostile)
            .Paragraph(Hostile)
            .Table([Hostile, "#n", "~r"], [[Hostile, "1", Hostile]])
            .Example([Hostile, "b\n"], [true, false], 0, Hostile)
            .Charts(new HistogramChart(Hostile, new ChartAxis(Hostile), new ChartAxis(Hostile), [0, 1], [3]).ToSvg(), new ScatterChart("s", new ChartAxis("x"), new ChartAxis("y"), [new ChartSeries(Hostile, [(1, 2)])]).ToSvg());

        var body = ReportPage.Body(report);

        Assert.IsEmpty(body.Descendants().Where(element => element.Name.LocalName is "script" or "img" or "a" or "link" or "iframe"));
        Assert.IsTrue(body.Descendants().Attributes().All(attribute => !attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)));
        Assert.HasCount(2, body.Descendants(Svg + "svg"));
        Assert.Contains("<script>alert(1)</script>", body.Element(Xhtml + "h1")!.Value);
        Assert.DoesNotContain("\u202E", report.ToHtml());
    }

    /// <summary>The page's bars and dots are where the numbers say.</summary>
    [TestMethod]
    public void Histogram_BarsHaveTheHeightsOfTheirCounts()
    {
        var svg = XElement.Parse(new HistogramChart("h", new ChartAxis("x"), new ChartAxis("y"), [0, 1, 2, 3], [10, 0, 40]).ToSvg());
        var bars = svg.Elements(Svg + "rect").ToArray();

        Assert.HasCount(2, bars);
        Assert.AreEqual(4, Number(bars[1], "height") / Number(bars[0], "height"), 0.02);
        Assert.AreEqual(Number(bars[0], "width"), Number(bars[1], "width"), 0.02);
        Assert.Contains("2 – 3: 40", bars[1].Element(Svg + "title")!.Value);
        Refusal.Of(() => new HistogramChart("h", new ChartAxis("x"), new ChartAxis("y"), [0, 1], [1, 2]).ToSvg(), "2 bins", "3 edges");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Line_GoesThroughItsPointsAndBreaksWhereOneIsMissing(bool logarithmic)
    {
        (double, double)[] points = [(0, 1), (1, 10), (2, double.NaN), (3, 100), (4, 1000)];
        var svg = XElement.Parse(new LineChart("l", new ChartAxis("x"), new ChartAxis("y", logarithmic), [new ChartSeries("a", points)]).ToSvg());
        var path = svg.Elements(Svg + "path").Single().Attribute("d")!.Value;

        Assert.AreEqual(2, path.Count(letter => letter == 'M'), path);
        var ys = path.Split('M', 'L').Skip(1).Select(point => double.Parse(point.Split(' ')[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.HasCount(4, ys);
        if (logarithmic)
        {
            Assert.AreEqual(ys[0] - ys[1], ys[2] - ys[3], 0.2, "equal factors are equal distances");
        }
        else
        {
            Assert.AreEqual(100, (ys[2] - ys[3]) / (ys[0] - ys[1]), 3);
        }
    }

    /// <summary>A million points stay a small page, and the spike among them stays.</summary>
    [TestMethod]
    public void Line_OfManyPoints_KeepsSpikes()
    {
        (double, double)[] points = [.. Enumerable.Range(0, 1_000_000).Select(index => ((double)index, index == 777_777 ? 50.0 : Math.Sin(index)))];
        var svg = new LineChart("l", new ChartAxis("x"), new ChartAxis("y"), [new ChartSeries("a", points)]).ToSvg();
        Assert.IsLessThan(40_000, svg.Length);
        Assert.IsTrue(svg.Contains("L499.6 40", StringComparison.Ordinal), "a spike to the top at 0.7778 of the width");
    }

    [TestMethod]
    public void Charts_OfNothing_AreDrawnEmpty()
    {
        var svg = XElement.Parse(new LineChart("l", new ChartAxis("x"), new ChartAxis("y", Logarithmic: true), [new ChartSeries("a", [(1, 0), (double.NaN, 2)])]).ToSvg());
        Assert.AreEqual(string.Empty, svg.Elements(Svg + "path").Single().Attribute("d")!.Value);
        Assert.IsNotEmpty(svg.Elements(Svg + "text"));
    }

    /// <summary>Ticks are between the ends of the data and say so in full; every text is in the picture, however long it is.</summary>
    [TestMethod]
    [DataRow(200.0, 204_800.0, false)]
    [DataRow(0.0, 250_000.0, false)]
    [DataRow(0.0, 999_999.5, false)]
    [DataRow(-3.0, 1e9, false)]
    [DataRow(123_456.0, 123_457.0, false)]
    [DataRow(0.11, 9.0, true)]
    [DataRow(0.15, 0.85, true)]
    [DataRow(1e-7, 1e6, true)]
    [DataRow(3e-5, 3.1e-5, true)]
    [DataRow(7.0, 7.0, false)]
    public void Ticks_AreWithinTheData_AndEveryTextWithinThePicture(double low, double high, bool logarithmic)
    {
        var axis = new ChartAxis("an axis whose title says at length what is measured, in which unit, and over which tokens of which text", logarithmic);
        var series = Enumerable.Range(0, 20).Select(index => new ChartSeries($"a run with a long name, number {index}", [(low, low), (high, high)])).ToArray();
        foreach (var count in (int[])[1, 3, 20])
        {
            foreach (var chart in (string[])[new LineChart(new string('t', 200), axis, axis, series[..count]).ToSvg(), new ScatterChart("s", axis, axis, series[..count]).ToSvg()])
            {
                var svg = XElement.Parse(chart);
                var field = svg.Elements(Svg + "line").Select(line => (X1: Number(line, "x1"), X2: Number(line, "x2"), Y1: Number(line, "y1"), Y2: Number(line, "y2"))).ToArray();
                var across = field.Where(line => line.Y1 == line.Y2).ToArray();
                var down = field.Where(line => line.X1 == line.X2).ToArray();
                Assert.IsGreaterThanOrEqualTo(low == high ? 1 : 2, across.Length, chart);
                Assert.IsGreaterThanOrEqualTo(low == high ? 1 : 2, down.Length, chart);
                Assert.IsTrue(down.All(line => line.X1 >= across[0].X1 && line.X1 <= across[0].X2), chart);
                foreach (var text in svg.Elements(Svg + "text").Where(text => text.Attribute("transform") is null))
                {
                    var width = text.Value.Length * (text.Attribute("class")!.Value == "title" ? 7 : 6);
                    var left = Number(text, "x") - (text.Attribute("text-anchor")?.Value switch { "end" => width, "middle" => width / 2.0, _ => 0 });
                    Assert.IsTrue(left >= 0 && left + width <= 640, $"'{text.Value}' goes from {left} to {left + width}");
                }

                double[] labels = [.. svg.Elements(Svg + "text").Where(text => text.Attribute("text-anchor")?.Value == "end").Select(text => double.Parse(text.Value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
                var room = Math.Max(1e-9 * Math.Abs(high), low == high ? 0.11 * high : 0);
                Assert.IsTrue(labels.All(value => value >= low - room && value <= high + room), string.Join(", ", labels));
                Assert.HasCount(labels.Length, labels.Distinct(), string.Join(", ", labels));
            }
        }
    }

    /// <summary>A legend names what is drawn: nothing that was not measured, and each under its colour.</summary>
    [TestMethod]
    public void Legend_NamesWhatIsDrawn()
    {
        ChartSeries[] series = [new("measured", [(1, 2)]), new("not measured", [(3, double.NaN)]), new("empty", []), new("measured too", [(3, 4)])];
        foreach (var chart in (string[])[new ScatterChart("s", new ChartAxis("x"), new ChartAxis("y"), series).ToSvg(), new LineChart("l", new ChartAxis("x"), new ChartAxis("y"), series).ToSvg()])
        {
            Assert.Contains(">measured<", chart);
            Assert.Contains(">measured too<", chart);
            Assert.DoesNotContain("not measured", chart);
            Assert.DoesNotContain(">empty<", chart);
            Assert.AreEqual("fill3", XElement.Parse(chart).Elements(Svg + "rect").First().Attribute("class")!.Value);
        }

        var pareto = new ParetoChart("p", new ChartAxis("x"), new ChartAxis("y"), ["kept", "gone", "lost"], [new(1, "a", 0, 1, 2, new(1, 3), true), new(2, "b", 2, double.NaN, 2, new(1, 3), false)]).ToSvg();
        Assert.Contains(">kept<", pareto);
        Assert.DoesNotContain(">gone<", pareto);
        Assert.DoesNotContain(">lost<", pareto);
    }

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
