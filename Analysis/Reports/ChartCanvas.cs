using System.Globalization;
using System.Text;

namespace Steering.Analysis.Reports;

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

    /// <summary>Where the field of a drawing begins: a dot at its upper edge stays clear of the legend.</summary>
    public const double Top = 40;

    /// <summary>Height below the field.</summary>
    public const double Bottom = 46;

    private const double Right = 16;
    private const double NarrowestLeft = 64;
    private const double AxisTitleHeight = 22;
    private const double TickGap = 6;
    private const double LetterWidth = 6.6;
    private const double TitleLetterWidth = 7.6;
    private const double Swatch = 22;
    private const int FewestLetters = 6;
    private const int Colours = 6;
    private readonly string _head;
    private readonly StringBuilder _svg = new();
    private readonly ChartScale _x;
    private readonly ChartScale _y;
    private readonly double _left;

    public ChartCanvas(string title, ChartAxis x, ChartAxis y, IEnumerable<double> xs, IEnumerable<double> ys)
    {
        (_x, _y) = (new ChartScale(x, xs), new ChartScale(y, ys));
        _head = Head(title, Width);
        var ticks = _y.Ticks().ToArray();
        _left = Math.Max(NarrowestLeft, AxisTitleHeight + (LetterWidth * ticks.Max(tick => tick.Text.Length)) + TickGap);
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"title\" x=\"{_left:0.#}\" y=\"16\">{PageText.Clean(Fit(title, Width - Right - _left, TitleLetterWidth))}</text>");
        foreach (var (share, text) in ticks)
        {
            var at = Down(share);
            _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{_left:0.#}\" x2=\"{Width - Right}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\"/><text class=\"tick\" text-anchor=\"end\" x=\"{_left - TickGap:0.#}\" y=\"{at + 4:0.#}\">{text}</text>");
        }

        foreach (var (share, text) in _x.Ticks())
        {
            var at = Across(share);
            _svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text class=\"tick\" text-anchor=\"middle\" x=\"{Inside(at, text.Length * LetterWidth / 2):0.#}\" y=\"{Height - Bottom + 16}\">{text}</text>");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" x=\"{(_left + Width - Right) / 2:0.#}\" y=\"{Height - 8}\">{PageText.Clean(Fit(x.Title, Width - Right - _left, LetterWidth))}</text>");
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" text-anchor=\"middle\" transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\">{PageText.Clean(Fit(y.Title, Height - Bottom + Top, LetterWidth))}</text>");
    }

    public bool Shows((double X, double Y) point) => _x.Shows(point.X) && _y.Shows(point.Y);

    /// <summary>Names series above the drawing: those that have something in it. What does not fit is cut, and counted where there are too many.</summary>
    public void Legend(IEnumerable<(string Name, int Series)> shown)
    {
        var names = shown.ToList();
        var room = Width - Right - _left;
        var most = (int)(room / (Swatch + (FewestLetters * LetterWidth)));
        if (names.Count > most)
        {
            names = [.. names.Take(most - 1), (string.Create(CultureInfo.InvariantCulture, $"+ {names.Count - most + 1}"), -1)];
        }

        var widest = names.Sum(entry => Wide(entry.Name)) <= room ? room : room / names.Count;
        var at = Width - Right;
        foreach (var (name, series) in names.AsEnumerable().Reverse())
        {
            var text = Fit(name, widest - Swatch, LetterWidth);
            at -= Wide(text);
            if (series >= 0)
            {
                _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{Fill(series)}\" x=\"{at:0.#}\" y=\"20\" width=\"10\" height=\"10\"/>");
            }

            _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{at + 14:0.#}\" y=\"29\">{PageText.Clean(text)}</text>");
        }

        static double Wide(string name) => (name.Length * LetterWidth) + Swatch;
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
    public void Label((double X, double Y) point, string text)
    {
        var half = text.Length * LetterWidth / 2;
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"tick\" text-anchor=\"middle\" x=\"{Inside(Across(_x.Share(point.X)) + 7 + half, half):0.#}\" y=\"{Down(_y.Share(point.Y)) - 5:0.#}\">{PageText.Clean(text)}</text>");
    }

    /// <summary>A bar from the foot of the drawing.</summary>
    public void Bar(double from, double to, double value, string text)
    {
        var (left, right) = (Across(_x.Share(from)), Across(_x.Share(to)));
        var (top, foot) = (Down(Math.Max(_y.Shows(value) ? _y.Share(value) : 0, 0)), Height - Bottom);
        _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill0\" x=\"{left + 0.5:0.##}\" y=\"{top:0.#}\" width=\"{Math.Max(right - left - 1, 0.5):0.##}\" height=\"{foot - top:0.#}\"><title>{PageText.Clean(text)}</title></rect>");
    }

    /// <summary>What is drawn, without the element around it: a part of another drawing.</summary>
    public string Content => _svg.ToString();

    /// <summary>How a drawing of this height begins. The namespace makes it one wherever it stands, in a page or in a file.</summary>
    public static string Head(string title, double width) =>
        string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"{SvgPicture.Namespace}\" class=\"chart\" viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"{PageText.Clean(title)}\">");

    /// <summary>The class of a series' fill.</summary>
    public static string Fill(int series) => string.Create(CultureInfo.InvariantCulture, $"fill{series % Colours}");

    /// <summary>The drawing.</summary>
    public string ToSvg() => $"{_head}{_svg}</svg>";

    /// <summary>A text, cut to a width with an ellipsis.</summary>
    public static string Fit(string text, double width, double letterWidth = LetterWidth)
    {
        var letters = Math.Max(1, (int)(width / letterWidth));
        return text.Length <= letters ? text : text[..(letters - 1)] + "…";
    }

    private double Across(double share) => _left + (share * (Width - _left - Right));

    /// <summary>The middle of a text nearest to a place at which all of the text is in the picture.</summary>
    private static double Inside(double middle, double half) => Math.Clamp(middle, half, Width - half);

    private static double Down(double share) => Height - Bottom - (share * (Height - Top - Bottom));
}

/// <summary>What one axis of a chart shows.</summary>
/// <param name="Title">What it measures, with its unit.</param>
/// <param name="Logarithmic">Powers of ten at equal distances; values that are not positive are left out.</param>
/// <param name="FromZero">Begins at 0 even where no value is near (linear axes).</param>
public sealed record ChartAxis(string Title, bool Logarithmic = false, bool FromZero = false);

/// <summary>How charts look: the same rules on a page, with its colours, and in a picture of its own, on white.</summary>
internal static class ChartStyle
{
    /// <summary>Rules whose colours are the page's.</summary>
    public const string Rules = """
        .chart text{fill:var(--ink);font:12px system-ui,sans-serif}.chart .title{font-weight:600;font-size:13px}.chart .tick{fill:var(--soft);font-size:11px}
        .grid{stroke:var(--rule);stroke-width:.7}
        .fill0{fill:var(--s0)}.fill1{fill:var(--s1)}.fill2{fill:var(--s2)}.fill3{fill:var(--s3)}.fill4{fill:var(--s4)}.fill5{fill:var(--s5)}
        .line0,.line1,.line2,.line3,.line4,.line5{fill:none;stroke-width:1.8}
        .line0{stroke:var(--s0)}.line1{stroke:var(--s1)}.line2{stroke:var(--s2)}.line3{stroke:var(--s3)}.line4{stroke:var(--s4)}.line5{stroke:var(--s5)}
        """;

    private static readonly (string Name, string Colour)[] OnWhite =
    [
        ("--ink", "#1c1f24"), ("--soft", "#5c6470"), ("--rule", "#d9dde3"),
        ("--s0", "#2f6fb3"), ("--s1", "#d9480f"), ("--s2", "#2b8a3e"), ("--s3", "#9c36b5"), ("--s4", "#b08900"), ("--s5", "#0b7285"),
    ];

    /// <summary>The rules with colours written out: programs that draw SVG pictures know no variables.</summary>
    public static string Picture { get; } = OnWhite.Aggregate(Rules.Replace("system-ui,", string.Empty, StringComparison.Ordinal), (rules, entry) => rules.Replace($"var({entry.Name})", entry.Colour, StringComparison.Ordinal));
}
