using System.Net;
using System.Text;
using Steering.IO;

namespace Steering.Analysis.Reports;

/// <summary>
/// One self-contained page: no script, no font, no picture and no address outside, in light, dark and on paper. Every
/// text is escaped; nothing that comes from a corpus can become markup, and the page's own policy forbids scripts. The page is
/// HTML and well-formed XML at once.
/// </summary>
public sealed class HtmlReport
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c1f24;--soft:#5c6470;--paper:#fff;--rule:#d9dde3;--mark:#e8590c;--s0:#2f6fb3;--s1:#d9480f;--s2:#2b8a3e;--s3:#9c36b5;--s4:#b08900;--s5:#0b7285}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa3ae;--paper:#15181c;--rule:#343a42;--mark:#ff922b;--s0:#74a9e6;--s1:#ff922b;--s2:#69db7c;--s3:#da77f2;--s4:#ffd43b;--s5:#66d9e8}}
        @media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--rule:#bbb}h2,figure,table{break-inside:avoid}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule);padding-bottom:.2rem}
        p{margin:.4rem 0;color:var(--soft);max-width:46rem}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5rem 0;width:100%}
        th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
        th{font-weight:600}td.number,th.number{text-align:right}td.note{color:var(--soft);font-size:.87em}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:1rem}
        .chart{width:100%;height:auto}
        """ + "\n" + ChartStyle.Rules + "\n" + """
        .example{white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.6 ui-monospace,monospace;margin:.1rem 0}
        .example .on{border-bottom:2px solid var(--mark)}.example .peak{color:var(--mark);font-weight:700}
        """;

    private readonly StringBuilder _body = new();
    private readonly string _title;

    /// <summary>Starts a page.</summary>
    /// <param name="title">Its title.</param>
    public HtmlReport(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        _title = PageText.Clean(title);
        _body.Append($"<h1>{_title}</h1>\n");
    }

    /// <summary>Adds a heading.</summary>
    public HtmlReport Heading(string text) => Add($"<h2>{PageText.Clean(text)}</h2>\n");

    /// <summary>Adds a paragraph.</summary>
    public HtmlReport Paragraph(string text) => Add($"<p>{PageText.Clean(text)}</p>\n");

    /// <summary>Adds charts side by side, where there is room.</summary>
    /// <param name="svgs">What the charts' ToSvg gave; it is the only text that is taken as markup.</param>
    public HtmlReport Charts(params IReadOnlyList<string> svgs)
    {
        ArgumentNullException.ThrowIfNull(svgs);
        return Add($"<div class=\"charts\">{string.Concat(svgs.Select(svg => $"<figure style=\"margin:0\">{svg}</figure>"))}</div>\n");
    }

    /// <summary>Adds a table.</summary>
    /// <param name="headers">Heads of the columns; one that begins with '#' is a column of numbers, one with '~' of remarks.</param>
    /// <param name="rows">Cells, row by row.</param>
    public HtmlReport Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(rows);
        _body.Append("<table><thead><tr>");
        foreach (var header in headers)
        {
            _body.Append($"<th{Kind(header)}>{PageText.Clean(header.TrimStart('#', '~'))}</th>");
        }

        _body.Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            _body.Append("<tr>");
            for (var column = 0; column < row.Count; column++)
            {
                _body.Append($"<td{Kind(headers[column])}>{PageText.Clean(row[column])}</td>");
            }

            _body.Append("</tr>\n");
        }

        return Add("</tbody></table>\n");
    }

    /// <summary>Adds a text whose tokens are marked where a feature is active.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="active">Whether the feature is active on each.</param>
    /// <param name="peak">The token on which it is largest.</param>
    /// <param name="before">What stands before the text.</param>
    public HtmlReport Example(IReadOnlyList<string> tokens, IReadOnlyList<bool> active, int peak, string before)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(active);
        _body.Append($"<div class=\"example\">{PageText.Clean(before)}");
        for (var index = 0; index < tokens.Count; index++)
        {
            var text = PageText.Clean(tokens[index].Replace('\n', '⏎').Replace("\r", string.Empty, StringComparison.Ordinal));
            _body.Append(index == peak ? $"<span class=\"on peak\">{text}</span>" : active[index] ? $"<span class=\"on\">{text}</span>" : text);
        }

        return Add("</div>\n");
    }

    /// <summary>The page.</summary>
    public string ToHtml() =>
        $"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>"
        + $"<title>{_title}</title><style>\n{Style}\n</style></head><body>\n{_body}</body></html>\n";

    /// <summary>Writes the page, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToHtml());

    private static string Kind(string header) => header.Length == 0 ? string.Empty : header[0] switch { '#' => " class=\"number\"", '~' => " class=\"note\"", _ => string.Empty };

    private HtmlReport Add(string markup)
    {
        _body.Append(markup);
        return this;
    }
}

/// <summary>Text on its way into a page.</summary>
internal static class PageText
{
    /// <summary>Escaped, and without the characters that turn the direction of writing or control anything.</summary>
    public static string Clean(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(c => Passes(c) ? c : '\uFFFD')));

    private static bool Passes(char c) =>
        c is '\t' or '\n' || !(char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\uFFFE' or '\uFFFF');
}
