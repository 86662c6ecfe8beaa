using System.Xml.Linq;

namespace Steering.Feed;

/// <summary>Throw-away projects below the repository: its package sources apply to them, its build settings do not.</summary>
internal static class Scratch
{
    private static readonly string[] Shields = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

    /// <summary>Writes a project with nothing inherited.</summary>
    /// <param name="folder">New folder for it.</param>
    /// <param name="name">File name without the extension.</param>
    /// <param name="content">Property and item groups.</param>
    /// <returns>Path of the project file.</returns>
    public static string Project(string folder, string name, params XElement[] content)
    {
        Directory.CreateDirectory(folder);
        foreach (var shield in Shields)
        {
            File.WriteAllText(Path.Combine(folder, shield), "<Project />\n");
        }

        var path = Path.Combine(folder, name + ".csproj");
        new XElement(
            "Project",
            new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement("PropertyGroup", new XElement("TargetFramework", "net10.0")),
            content).Save(path);
        return path;
    }
}
