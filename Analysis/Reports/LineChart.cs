namespace Steering.Analysis.Reports;

/// <summary>Lines over a common axis: losses over steps.</summary>
/// <param name="Title">Title.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Series">The lines. Long ones are thinned to the smallest and largest value of each pixel.</param>
public sealed record LineChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    private const int Pixels = 560;

    /// <summary>The chart as an SVG element for <see cref="HtmlReport"/>.</summary>
    public string ToSvg()
    {
        var points = Series.SelectMany(series => series.Points);
        var canvas = new ChartCanvas(Title, X, Y, points.Select(point => point.X), points.Select(point => point.Y));
        canvas.Legend(ChartSeries.Shown(Series, canvas));
        for (var index = 0; index < Series.Count; index++)
        {
            canvas.Line(Thin(Series[index].Points), index);
        }

        return canvas.ToSvg();
    }

    /// <summary>Two points a pixel, so that spikes stay and the page stays small.</summary>
    private static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= 4 * Pixels)
        {
            return points;
        }

        var thin = new List<(double X, double Y)>(2 * Pixels);
        for (var pixel = 0; pixel < Pixels; pixel++)
        {
            var (first, last) = ((int)((long)points.Count * pixel / Pixels), (int)((long)points.Count * (pixel + 1) / Pixels));
            var (low, high) = (first, first);
            for (var index = first + 1; index < last; index++)
            {
                low = points[index].Y < points[low].Y ? index : low;
                high = points[index].Y > points[high].Y ? index : high;
            }

            thin.Add(points[Math.Min(low, high)]);
            thin.Add(points[Math.Max(low, high)]);
        }

        return thin;
    }
}

/// <summary>Points of one kind in a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Points">The points; those with a number that is not finite are left out, and interrupt a line.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>What a legend names: the series of which a point is drawn.</summary>
    internal static IEnumerable<(string Name, int Series)> Shown(IReadOnlyList<ChartSeries> series, ChartCanvas canvas) =>
        series.Index().Where(entry => entry.Item.Points.Any(canvas.Shows)).Select(entry => (entry.Item.Name, entry.Index));
}
