using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Steering.IO;

namespace Steering.Analysis.Reports;

/// <summary>Charts below each other as one SVG file that needs nothing else: no script, no font, no address.</summary>
public static class SvgPicture
{
    /// <summary>The namespace without which a browser draws nothing.</summary>
    internal const string Namespace = "http://www.w3.org/2000/svg";

    private static readonly XNamespace Svg = Namespace;

    /// <summary>Writes the picture, atomically.</summary>
    /// <param name="path">A file that ends with <c>.svg</c>.</param>
    /// <param name="charts">What the charts' ToSvg gave, at least one.</param>
    /// <exception cref="SteeringException">The file has another ending or cannot be written.</exception>
    public static void Save(string path, params IReadOnlyList<string> charts)
    {
        CheckName(path);
        AtomicFile.WriteAllText(path, Of(charts));
    }

    /// <summary>Refuses a name that <see cref="Save"/> would refuse, before anything is computed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">The file has another ending.</exception>
    public static void CheckName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            throw new SteeringException($"{path}: a picture is written as .svg; give the file that ending.");
        }
    }

    /// <summary>The picture.</summary>
    /// <param name="charts">What the charts' ToSvg gave, at least one.</param>
    public static string Of(params IReadOnlyList<string> charts)
    {
        ArgumentNullException.ThrowIfNull(charts);
        ArgumentOutOfRangeException.ThrowIfZero(charts.Count);
        var (width, height) = (0.0, 0.0);
        var drawings = new List<XElement>();
        foreach (var chart in charts)
        {
            var drawing = XElement.Parse(chart, LoadOptions.PreserveWhitespace);
            var box = drawing.Attribute("viewBox")!.Value.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            drawing.SetAttributeValue("x", "0");
            drawing.SetAttributeValue("y", Text(height));
            drawing.SetAttributeValue("width", Text(box[2]));
            drawing.SetAttributeValue("height", Text(box[3]));
            drawings.Add(drawing);
            (width, height) = (Math.Max(width, box[2]), height + box[3]);
        }

        var picture = new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Text(width)} {Text(height)}"),
            new XAttribute("width", Text(width)),
            new XAttribute("height", Text(height)),
            new XElement(Svg + "style", ChartStyle.Picture),
            new XElement(Svg + "rect", new XAttribute("width", Text(width)), new XAttribute("height", Text(height)), new XAttribute("fill", "#fff")),
            drawings);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, CheckCharacters = true }))
        {
            picture.WriteTo(writer);
        }

        return text + "\n";
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
