using System.Globalization;
using System.Text;

namespace Steering.Analysis.Reports;

/// <summary>
/// Densities over a common axis, each with its atom at zero as a bar of its own to the left: a probability cannot be read off
/// the axis of a density.
/// </summary>
/// <param name="Title">Title.</param>
/// <param name="X">Axis of the values.</param>
/// <param name="Y">Axis of the density.</param>
/// <param name="AtZero">What the bars are called, as in <c>inactive</c>.</param>
/// <param name="Series">The distributions, at most <see cref="MostSeries"/>.</param>
public sealed record DensityChart(string Title, ChartAxis X, ChartAxis Y, string AtZero, IReadOnlyList<DensitySeries> Series)
{
    /// <summary>How many distributions have a colour of their own.</summary>
    public const int MostSeries = 6;

    private const double Margin = 8;
    private const double BarWidth = 26;
    private const double Pitch = 34;
    private const double LetterWidth = 6.6;

    /// <summary>The chart as an SVG element for <see cref="HtmlReport"/> and <see cref="SvgPicture"/>.</summary>
    /// <exception cref="SteeringException">There are too many distributions to tell apart.</exception>
    public string ToSvg()
    {
        if (Series.Count > MostSeries)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"'{Title}' shows {Series.Count} distributions; {MostSeries} can be told apart by colour. Choose some."));
        }

        var points = Series.SelectMany(series => series.Points);
        var canvas = new ChartCanvas(Title, X, Y, points.Select(point => point.X), points.Select(point => point.Y));
        canvas.Legend(Series.Index().Select(entry => (entry.Item.Name, entry.Index)));
        for (var index = 0; index < Series.Count; index++)
        {
            canvas.Line(Series[index].Points, index);
        }

        var strip = Margin + Math.Max(Pitch * Series.Count, LetterWidth * AtZero.Length) + Margin;
        return string.Create(CultureInfo.InvariantCulture, $"{ChartCanvas.Head(Title, ChartCanvas.Width + strip)}{Bars()}<g transform=\"translate({strip:0.#} 0)\">{canvas.Content}</g></svg>");
    }

    private string Bars()
    {
        var svg = new StringBuilder();
        var (foot, full) = (ChartCanvas.Height - ChartCanvas.Bottom, ChartCanvas.Height - ChartCanvas.Bottom - ChartCanvas.Top);
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Margin}\" x2=\"{Margin + (Pitch * Series.Count)}\" y1=\"{foot}\" y2=\"{foot}\"/>");
        for (var index = 0; index < Series.Count; index++)
        {
            var (left, height) = (Margin + (Pitch * index), Series[index].AtZero * full);
            var text = string.Create(CultureInfo.InvariantCulture, $"{100 * Series[index].AtZero:0.#}%");
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{ChartCanvas.Fill(index)}\" x=\"{left:0.#}\" y=\"{foot - height:0.##}\" width=\"{BarWidth}\" height=\"{height:0.##}\"><title>{PageText.Clean(Series[index].Name)}: {text}</title></rect>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" x=\"{left + (BarWidth / 2):0.#}\" y=\"{foot - height - 4:0.##}\">{text}</text>");
        }

        return svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Margin}\" y=\"{foot + 16}\">{PageText.Clean(AtZero)}</text>").ToString();
    }
}

/// <summary>A distribution with an atom at zero.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="AtZero">Probability of exactly 0, from 0 to 1.</param>
/// <param name="Points">Value and density beside it; the area below is 1 − <paramref name="AtZero"/>.</param>
public sealed record DensitySeries(string Name, double AtZero, IReadOnlyList<(double X, double Y)> Points);
