using System.Globalization;
using System.Xml.Linq;
using Steering.Training.Reports;

namespace Steering.Tests.Training.Reports;

[TestClass]
public sealed class ReportTests
{
    private static readonly XNamespace Xhtml = string.Empty;

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

        var body = Body(report);

        Assert.IsEmpty(body.Descendants().Where(element => element.Name.LocalName is "script" or "img" or "a" or "link" or "iframe"));
        Assert.IsTrue(body.Descendants().Attributes().All(attribute => !attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains("<script>alert(1)</script>", body.Element(Xhtml + "h1")!.Value);
        Assert.DoesNotContain("\u202E", report.ToHtml());
    }

    /// <summary>The page's bars and dots are where the numbers say.</summary>
    [TestMethod]
    public void Histogram_BarsHaveTheHeightsOfTheirCounts()
    {
        var svg = XElement.Parse(new HistogramChart("h", new ChartAxis("x"), new ChartAxis("y"), [0, 1, 2, 3], [10, 0, 40]).ToSvg());
        var bars = svg.Elements("rect").ToArray();

        Assert.HasCount(2, bars);
        Assert.AreEqual(4, Number(bars[1], "height") / Number(bars[0], "height"), 0.02);
        Assert.AreEqual(Number(bars[0], "width"), Number(bars[1], "width"), 0.02);
        Assert.Contains("2 – 3: 40", bars[1].Element("title")!.Value);
        Refusal.Of(() => new HistogramChart("h", new ChartAxis("x"), new ChartAxis("y"), [0, 1], [1, 2]).ToSvg(), "2 bins", "3 edges");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Line_GoesThroughItsPointsAndBreaksWhereOneIsMissing(bool logarithmic)
    {
        (double, double)[] points = [(0, 1), (1, 10), (2, double.NaN), (3, 100), (4, 1000)];
        var svg = XElement.Parse(new LineChart("l", new ChartAxis("x"), new ChartAxis("y", logarithmic), [new ChartSeries("a", points)]).ToSvg());
        var path = svg.Elements("path").Single().Attribute("d")!.Value;

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
        Assert.IsTrue(svg.Contains("L499.6 34", StringComparison.Ordinal), "a spike to the top at 0.7778 of the width");
    }

    [TestMethod]
    public void Charts_OfNothing_AreDrawnEmpty()
    {
        var svg = XElement.Parse(new LineChart("l", new ChartAxis("x"), new ChartAxis("y", Logarithmic: true), [new ChartSeries("a", [(1, 0), (double.NaN, 2)])]).ToSvg());
        Assert.AreEqual(string.Empty, svg.Elements("path").Single().Attribute("d")!.Value);
        Assert.IsNotEmpty(svg.Elements("text"));
    }

    internal static XElement Body(HtmlReport report)
    {
        var html = report.ToHtml();
        var start = html.IndexOf("<body>", StringComparison.Ordinal);
        return XElement.Parse(html[start..html.IndexOf("</html>", StringComparison.Ordinal)], LoadOptions.PreserveWhitespace);
    }

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
