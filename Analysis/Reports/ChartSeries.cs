namespace Steering.Analysis.Reports;

/// <summary>Points of one kind in a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Points">The points; those with a number that is not finite are left out, and interrupt a line.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>What a legend names: the series of which a point is drawn.</summary>
    internal static IEnumerable<(string Name, int Series)> Shown(IReadOnlyList<ChartSeries> series, ChartCanvas canvas) =>
        series.Index().Where(entry => entry.Item.Points.Any(canvas.Shows)).Select(entry => (entry.Item.Name, entry.Index));
}
