using System.Globalization;
using System.Text;

namespace Steering.Training.Reports;

/// <summary>
/// An SVG drawing with two axes. Colours are classes of the page's style sheet (<see cref="HtmlReport"/>), so that one
/// drawing reads on light, dark and paper.
/// </summary>
internal sealed class ChartCanvas
{
    /// <summary>Width of a drawing.</summary>
    public const double Width = 640;

    /// <summary>Height of a drawing.</summary>
    public const double Height = 300;

    /// <summary>Where the field of a drawing begins.</summary>
    public const double Top = 34;

    /// <summary>Height below the field.</summary>
    public const double Bottom = 46;

    private const double Left = 64;
    private const double Right = 16;
    private const int Colours = 6;
    private readonly string _head;
    private readonly StringBuilder _svg = new();
    private readonly ChartScale _x;
    private readonly ChartScale _y;

    public ChartCanvas(string title, ChartAxis x, ChartAxis y, IEnumerable<double> xs, IEnumerable<double> ys)
    {
        (_x, _y) = (new ChartScale(x, xs), new ChartScale(y, ys));
        _head = Head(title, Width);
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"title\" x=\"{Left}\" y=\"16\">{PageText.Clean(title)}</text>");
        foreach (var (share, text) in _y.Ticks())
        {
            var at = Down(share);
            _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\"/><text class=\"tick\" text-anchor=\"end\" x=\"{Left - 6}\" y=\"{at + 4:0.#}\">{text}</text>");
        }

        foreach (var (share, text) in _x.Ticks())
        {
            var at = Across(share);
            _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text class=\"tick\" text-anchor=\"middle\" x=\"{at:0.#}\" y=\"{Height - Bottom + 16}\">{text}</text>");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\">{PageText.Clean(x.Title)}</text>");
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\">{PageText.Clean(y.Title)}</text>");
    }

    public bool Shows((double X, double Y) point) => _x.Shows(point.X) && _y.Shows(point.Y);

    /// <summary>Names the series above the drawing.</summary>
    public void Legend(IReadOnlyList<string> names)
    {
        var at = Width - Right;
        for (var index = names.Count - 1; index >= 0; index--)
        {
            at -= (names[index].Length * 6.6) + 22;
            _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill{index % Colours}\" x=\"{at:0.#}\" y=\"20\" width=\"10\" height=\"10\"/><text class=\"tick\" x=\"{at + 14:0.#}\" y=\"29\">{PageText.Clean(names[index])}</text>");
        }
    }

    /// <summary>A line through points; a gap where one cannot be shown.</summary>
    public void Line(IReadOnlyList<(double X, double Y)> points, int series)
    {
        var path = new StringBuilder();
        var pen = 'M';
        foreach (var point in points)
        {
            if (!Shows(point))
            {
                pen = 'M';
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{pen}{Across(_x.Share(point.X)):0.#} {Down(_y.Share(point.Y)):0.#}");
            pen = 'L';
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line{series % Colours}\" d=\"{path}\"/>");
    }

    /// <summary>A dot, with a text that appears when it is pointed at.</summary>
    public void Dot((double X, double Y) point, int series, string text) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"<circle class=\"fill{series % Colours}\" cx=\"{Across(_x.Share(point.X)):0.#}\" cy=\"{Down(_y.Share(point.Y)):0.#}\" r=\"4\"><title>{PageText.Clean(text)}</title></circle>");

    /// <summary>A text to the right of a point.</summary>
    public void Label((double X, double Y) point, string text) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"<text class=\"tick\" x=\"{Across(_x.Share(point.X)) + 7:0.#}\" y=\"{Down(_y.Share(point.Y)) - 5:0.#}\">{PageText.Clean(text)}</text>");

    /// <summary>A bar from the foot of the drawing.</summary>
    public void Bar(double from, double to, double value, string text)
    {
        var (left, right) = (Across(_x.Share(from)), Across(_x.Share(to)));
        var (top, foot) = (Down(Math.Max(_y.Shows(value) ? _y.Share(value) : 0, 0)), Height - Bottom);
        _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill0\" x=\"{left + 0.5:0.##}\" y=\"{top:0.#}\" width=\"{Math.Max(right - left - 1, 0.5):0.##}\" height=\"{foot - top:0.#}\"><title>{PageText.Clean(text)}</title></rect>");
    }

    /// <summary>What is drawn, without the element around it: a part of another drawing.</summary>
    public string Content => _svg.ToString();

    /// <summary>How a drawing of this height begins.</summary>
    public static string Head(string title, double width) =>
        string.Create(CultureInfo.InvariantCulture, $"<svg class=\"chart\" viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"{PageText.Clean(title)}\">");

    /// <summary>The class of a series' fill.</summary>
    public static string Fill(int series) => string.Create(CultureInfo.InvariantCulture, $"fill{series % Colours}");

    /// <summary>The drawing.</summary>
    public string ToSvg() => $"{_head}{_svg}</svg>";

    private static double Across(double share) => Left + (share * (Width - Left - Right));

    private static double Down(double share) => Height - Bottom - (share * (Height - Top - Bottom));
}
