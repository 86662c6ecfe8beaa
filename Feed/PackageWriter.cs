using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Steering.Feed;

/// <summary>Writes a NuGet package: the same content gives the same bytes, and the final name holds a whole package or none.</summary>
internal static class PackageWriter
{
    private const string Framework = "net10.0";

    private static readonly DateTimeOffset Timestamp = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly XNamespace Nuspec = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
    private static readonly XNamespace ContentTypes = "http://schemas.openxmlformats.org/package/2006/content-types";
    private static readonly XNamespace Relationships = "http://schemas.openxmlformats.org/package/2006/relationships";

    /// <summary>Writes the package beside its final name and renames it.</summary>
    /// <param name="recipe">What the package is.</param>
    /// <param name="content">Path inside the package to file on disk.</param>
    /// <param name="scratch">Folder on the same file system for the unfinished file.</param>
    /// <param name="feed">Folder of the feed.</param>
    /// <returns>Path of the package.</returns>
    public static string Write(PackageRecipe recipe, IReadOnlyDictionary<string, string> content, string scratch, string feed)
    {
        var parts = new SortedDictionary<string, Action<Stream>>(StringComparer.Ordinal)
        {
            [$"{recipe.Id}.nuspec"] = stream => Save(Manifest(recipe), stream),
            ["[Content_Types].xml"] = stream => Save(Types(content.Keys), stream),
            ["_rels/.rels"] = stream => Save(Relations(recipe), stream),
        };
        foreach (var (target, source) in content)
        {
            parts.Add(target, stream => Copy(source, stream));
        }

        if (recipe.Managed is null)
        {
            // An empty lib group says that the package suits this framework although it brings no assembly.
            parts.Add($"lib/{Framework}/_._", _ => { });
        }

        var unfinished = Path.Combine(scratch, recipe.FileName);
        using (var archive = ZipFile.Open(unfinished, ZipArchiveMode.Create, Encoding.UTF8))
        {
            foreach (var (name, write) in parts)
            {
                var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = Timestamp;
                using var stream = entry.Open();
                write(stream);
            }
        }

        Directory.CreateDirectory(feed);
        var finished = Path.Combine(feed, recipe.FileName);
        File.Move(unfinished, finished, overwrite: true);
        return finished;
    }

    /// <summary>Where an assembly goes inside the package.</summary>
    public static string AssemblyTarget(ManagedSources managed) => $"lib/{Framework}/{managed.AssemblyName}.dll";

    private static XElement Manifest(PackageRecipe recipe) =>
        new(
            Nuspec + "package",
            new XElement(
                Nuspec + "metadata",
                new XElement(Nuspec + "id", recipe.Id),
                new XElement(Nuspec + "version", recipe.Version),
                new XElement(Nuspec + "authors", "Microsoft (repackaged on this machine)"),
                new XElement(Nuspec + "license", new XAttribute("type", "file"), "LICENSE"),
                new XElement(
                    Nuspec + "description",
                    $"{recipe.Description} Made on this machine by Steering's Feed from {string.Join(", ", recipe.Inputs)}, because no configured NuGet source serves it. Not the publisher's own package."),
                new XElement(
                    Nuspec + "dependencies",
                    new XElement(
                        Nuspec + "group",
                        new XAttribute("targetFramework", Framework),
                        recipe.Dependencies.Select(dependency => new XElement(
                            Nuspec + "dependency", new XAttribute("id", dependency.Id), new XAttribute("version", dependency.Version)))))));

    private static XElement Types(IEnumerable<string> targets)
    {
        var extensions = targets.Select(target => Path.GetExtension(target).TrimStart('.')).Where(extension => extension.Length > 0);
        var bare = targets.Where(target => Path.GetExtension(target).Length == 0).Order(StringComparer.Ordinal);
        return new XElement(
            ContentTypes + "Types",
            new XElement(ContentTypes + "Default", new XAttribute("Extension", "rels"), new XAttribute("ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
            extensions.Append("nuspec").Append("_").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(extension =>
                new XElement(ContentTypes + "Default", new XAttribute("Extension", extension), new XAttribute("ContentType", "application/octet"))),
            bare.Select(target => new XElement(ContentTypes + "Override", new XAttribute("PartName", "/" + target), new XAttribute("ContentType", "application/octet"))));
    }

    private static XElement Relations(PackageRecipe recipe) =>
        new(
            Relationships + "Relationships",
            new XElement(
                Relationships + "Relationship",
                new XAttribute("Type", "http://schemas.microsoft.com/packaging/2010/07/manifest"),
                new XAttribute("Target", $"/{recipe.Id}.nuspec"),
                new XAttribute("Id", "manifest")));

    private static void Save(XElement root, Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        writer.Write("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString().ReplaceLineEndings("\n") + "\n");
    }

    private static void Copy(string source, Stream stream)
    {
        using var input = File.OpenRead(source);
        input.CopyTo(stream);
    }
}
