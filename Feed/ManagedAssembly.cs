using System.Xml.Linq;

namespace Steering.Feed;

/// <summary>Compiles the C# sources of an npm package.</summary>
internal static class ManagedAssembly
{
    /// <summary>Builds the assembly; the same sources give the same bytes.</summary>
    /// <param name="recipe">A recipe with managed sources.</param>
    /// <param name="sources">Folder the sources were unpacked into.</param>
    /// <param name="folder">New work folder.</param>
    /// <param name="cancellation">Ends the compiler.</param>
    /// <returns>Path of the assembly.</returns>
    /// <exception cref="FeedException">The build failed.</exception>
    public static async Task<string> BuildAsync(PackageRecipe recipe, string sources, string folder, CancellationToken cancellation)
    {
        var managed = recipe.Managed ?? throw new InvalidOperationException($"{recipe} has no managed sources.");
        var project = Scratch.Project(
            folder,
            managed.AssemblyName,
            new XElement(
                "PropertyGroup",
                new XElement("Version", recipe.Version),
                new XElement("AllowUnsafeBlocks", "true"),
                // The language of their own build; C# 14 prefers spans where these sources mean arrays.
                new XElement("LangVersion", "12"),
                new XElement("EnableDefaultCompileItems", "false"),
                new XElement("Deterministic", "true"),
                new XElement("PathMap", $"{sources}=/src,{folder}=/build"),
                new XElement("DebugType", "none"),
                new XElement("IncludeSourceRevisionInInformationalVersion", "false"),
                new XElement("NuGetAudit", "false"),
                new XElement("RunAnalyzers", "false"),
                new XElement("TreatWarningsAsErrors", "false"),
                new XElement("WarningLevel", "0")),
            new XElement(
                "ItemGroup",
                new XElement("Compile", new XAttribute("Include", Path.Combine(sources, managed.Folder, "**", "*.cs"))),
                managed.Usings.Select(name => new XElement("Using", new XAttribute("Include", name))),
                managed.References.Select(reference => new XElement(
                    "PackageReference", new XAttribute("Include", reference.Id), new XAttribute("Version", reference.Version)))));
        var output = Path.Combine(folder, "out");
        var outcome = await ChildProcess.RunAsync(
            ChildProcess.DotNet, ["build", project, "-c", "Release", "-o", output, "-v", "quiet", "-nologo"], folder, cancellation);
        var assembly = Path.Combine(output, managed.AssemblyName + ".dll");
        if (outcome.ExitCode != 0 || !File.Exists(assembly))
        {
            throw new FeedException($"{recipe} could not be compiled from {managed.From}: {outcome.Tail}. Check that the NuGet sources serve {string.Join(" and ", managed.References.Select(reference => $"{reference.Id} {reference.Version}"))}.");
        }

        return assembly;
    }
}
