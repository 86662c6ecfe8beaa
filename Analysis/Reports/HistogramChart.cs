using System.Globalization;

namespace Steering.Analysis.Reports;

/// <summary>Bars over equal or unequal bins.</summary>
/// <param name="Title">Title.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis; begins at 0 unless it is logarithmic.</param>
/// <param name="Edges">Edges of the bins, ascending, one more than there are bins.</param>
/// <param name="Counts">Height of each bar.</param>
public sealed record HistogramChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<double> Edges, IReadOnlyList<int> Counts)
{
    /// <summary>The chart as an SVG element for <see cref="HtmlReport"/>.</summary>
    /// <exception cref="SteeringException">There is not one edge more than there are bins.</exception>
    public string ToSvg()
    {
        if (Edges.Count != Counts.Count + 1)
        {
            throw new SteeringException(FormattableString.Invariant($"The histogram '{Title}' has {Counts.Count} bins and {Edges.Count} edges; {Counts.Count + 1} edges were expected."));
        }

        var canvas = new ChartCanvas(Title, X, Y with { FromZero = true }, Edges, Counts.Select(count => (double)count).Append(1));
        for (var bin = 0; bin < Counts.Count; bin++)
        {
            if (Counts[bin] > 0)
            {
                canvas.Bar(Edges[bin], Edges[bin + 1], Counts[bin], string.Create(CultureInfo.InvariantCulture, $"{Edges[bin]:0.###} – {Edges[bin + 1]:0.###}: {Counts[bin]}"));
            }
        }

        return canvas.ToSvg();
    }
}
