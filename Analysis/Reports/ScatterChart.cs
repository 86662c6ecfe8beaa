using System.Globalization;

namespace Steering.Analysis.Reports;

/// <summary>Dots of several kinds: FVU over L0 of the autoencoders of a grid.</summary>
/// <param name="Title">Title.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Series">The kinds.</param>
public sealed record ScatterChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>The chart as an SVG element for <see cref="HtmlReport"/>.</summary>
    public string ToSvg()
    {
        var points = Series.SelectMany(series => series.Points);
        var canvas = new ChartCanvas(Title, X, Y, points.Select(point => point.X), points.Select(point => point.Y));
        canvas.Legend(ChartSeries.Shown(Series, canvas));
        for (var index = 0; index < Series.Count; index++)
        {
            foreach (var point in Series[index].Points.Where(canvas.Shows))
            {
                canvas.Dot(point, index, string.Create(CultureInfo.InvariantCulture, $"{Series[index].Name}: {point.X:G4}, {point.Y:G4}"));
            }
        }

        return canvas.ToSvg();
    }
}
