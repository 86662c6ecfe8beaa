namespace Steering.Analysis.Reports;

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
