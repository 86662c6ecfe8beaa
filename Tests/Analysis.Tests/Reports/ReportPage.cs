using System.Xml;
using System.Xml.Linq;
using Steering.Analysis.Reports;

namespace Steering.Tests.Analysis.Reports;

/// <summary>A report's page as XML, which it is as well as HTML.</summary>
internal static class ReportPage
{
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    /// <summary>The body of a report.</summary>
    public static XElement Body(HtmlReport report)
    {
        using var reader = XmlReader.Create(new StringReader(report.ToHtml()), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!.Element(Xhtml + "body")!;
    }
}
