using System.Globalization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Reports;

/// <summary>Effect against cost: a numbered dot for each condition with the interval of its effect, and a line through those that no other beats in both.</summary>
/// <param name="Title">Title.</param>
/// <param name="X">Cost: smaller is better.</param>
/// <param name="Y">Effect.</param>
/// <param name="Kinds">Names of the kinds; the legend has those of which a point is drawn.</param>
/// <param name="Points">The conditions; one with a number that is not finite is left out of the drawing.</param>
internal sealed record ParetoChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<string> Kinds, IReadOnlyList<ParetoPoint> Points)
{
    /// <summary>The chart as an SVG element for <see cref="HtmlReport"/>.</summary>
    public string ToSvg()
    {
        var canvas = new ChartCanvas(Title, X, Y, Points.Select(point => point.X), Points.SelectMany(point => (double[])[point.Effect.Low, point.Effect.High, point.Y]));
        canvas.Legend(Kinds.Index().Where(kind => Points.Any(point => point.Kind == kind.Index && canvas.Shows((point.X, point.Y)))).Select(kind => (kind.Item, kind.Index)));
        canvas.Line([.. Points.Where(point => point.OnFront && canvas.Shows((point.X, point.Y))).Select(point => (point.X, point.Y)).OrderBy(point => point.X)], Front);
        foreach (var point in Points.Where(point => canvas.Shows((point.X, point.Y))))
        {
            canvas.Line([(point.X, point.Effect.Low), (point.X, point.Effect.High)], point.Kind);
            canvas.Dot((point.X, point.Y), point.Kind, string.Create(CultureInfo.InvariantCulture, $"{point.Name}: {point.Y:G4} {point.Effect}, {point.X:G4}"));
            canvas.Label((point.X, point.Y), point.Number.ToString(CultureInfo.InvariantCulture));
        }

        return canvas.ToSvg();
    }

    /// <summary>Colour of the front's line.</summary>
    private const int Front = 0;
}

/// <summary>A condition in a <see cref="ParetoChart"/>.</summary>
/// <param name="Number">Its number in the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Index of its kind.</param>
/// <param name="X">Cost.</param>
/// <param name="Y">Effect.</param>
/// <param name="Effect">Interval of the effect.</param>
/// <param name="OnFront">Whether no other condition beats it in both.</param>
internal sealed record ParetoPoint(int Number, string Name, int Kind, double X, double Y, Interval Effect, bool OnFront);
