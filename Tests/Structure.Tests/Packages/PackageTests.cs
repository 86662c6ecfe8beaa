using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;

namespace Steering.Tests.Repository.Packages;

/// <summary>Every package that a project names is used by it, and every version that is set is that of a package that a project names.</summary>
[TestClass]
public sealed class PackageTests
{
    /// <summary>Packages without an assembly that code could refer to.</summary>
    private static readonly Dictionary<string, string> WithoutAssemblies = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Meziantou.Analyzer"] = "analysers, which run in the compiler",
        ["Microsoft.CodeAnalysis.BannedApiAnalyzers"] = "refuses the calls of BannedSymbols.txt in the compiler",
        ["Microsoft.CodeAnalysis.PublicApiAnalyzers"] = "compares the public API with PublicAPI.*.txt in the compiler",
        ["coverlet.msbuild"] = "measures coverage from the build",
        ["Grpc.Tools"] = "turns onnx.proto into C# when the project is built",
    };

    public static IEnumerable<object[]> Projects => Directory
        .EnumerateFiles(OracleFolder.RepositoryRoot, "*.csproj", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts"))
        .Select(file => (object[])[Path.GetRelativePath(OracleFolder.RepositoryRoot, file)])
        .OrderBy(row => (string)row[0], StringComparer.Ordinal);

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void EveryPackage_IsUsed(string project)
    {
        var file = Path.Combine(OracleFolder.RepositoryRoot, project);
        var references = References(Built(file));
        using var assets = Assets(file);
        var target = assets.RootElement.GetProperty("targets").EnumerateObject().First().Value;
        foreach (var package in Direct(assets).Where(package => !WithoutAssemblies.ContainsKey(package)))
        {
            var names = AssembliesOf(target, package, []).ToHashSet(StringComparer.OrdinalIgnoreCase);
            Assert.IsNotEmpty(names, $"{project}: {package} brings no assembly; say in this test why it is needed.");
            Assert.IsTrue(names.Overlaps(references), $"{project} names {package}, and uses none of {string.Join(", ", names)}; take it out.");
        }
    }

    [TestMethod]
    public void EveryVersion_IsOfAPackageThatAProjectNames()
    {
        var root = OracleFolder.RepositoryRoot;
        var named = Projects.Select(row => Path.Combine(root, (string)row[0]))
            .Concat(Directory.EnumerateFiles(root, "Directory.*.props", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(root, "Directory.*.targets", SearchOption.AllDirectories))
            .SelectMany(file => Items(file, "PackageReference"))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        string[] unused = [.. Items(Path.Combine(root, "Directory.Packages.props"), "PackageVersion").Where(package => !named.Contains(package))];
        Assert.IsEmpty(unused, $"Directory.Packages.props sets versions of packages that no project names: {string.Join(", ", unused)}; take them out.");
    }

    [TestMethod]
    public void Exceptions_AreOfPackagesInUse()
    {
        var direct = Projects.ToDictionary(row => Path.GetFileNameWithoutExtension((string)row[0]), row =>
        {
            using var assets = Assets(Path.Combine(OracleFolder.RepositoryRoot, (string)row[0]));
            return Direct(assets).ToArray();
        });
        Assert.IsTrue(WithoutAssemblies.Keys.All(package => direct.Values.Any(packages => packages.Contains(package, StringComparer.OrdinalIgnoreCase))), "An exception is of a package that no project names.");
    }

    private static IEnumerable<string> Items(string file, string kind) =>
        XDocument.Load(file).Descendants(kind).Select(item => item.Attribute("Include")?.Value).OfType<string>();

    private static JsonDocument Assets(string project) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(project)!, "obj", "project.assets.json")));

    private static IEnumerable<string> Direct(JsonDocument assets) => assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject().First().Value is var framework && framework.TryGetProperty("dependencies", out var packages)
        ? packages.EnumerateObject().Where(package => !(package.Value.TryGetProperty("autoReferenced", out var automatic) && automatic.GetBoolean())).Select(package => package.Name)
        : [];

    /// <summary>The assemblies of a package; of one that only collects others, theirs.</summary>
    private static IEnumerable<string> AssembliesOf(JsonElement target, string package, HashSet<string> seen)
    {
        if (!seen.Add(package) || target.EnumerateObject().FirstOrDefault(entry => entry.Name.StartsWith($"{package}/", StringComparison.OrdinalIgnoreCase)) is not { Value.ValueKind: JsonValueKind.Object } library)
        {
            return [];
        }

        string[] own = library.Value.TryGetProperty("compile", out var compile)
            ? [.. compile.EnumerateObject().Select(entry => entry.Name).Where(name => name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)).Select(name => Path.GetFileNameWithoutExtension(name))]
            : [];
        return own.Length > 0 || !library.Value.TryGetProperty("dependencies", out var dependencies)
            ? own
            : dependencies.EnumerateObject().SelectMany(dependency => AssembliesOf(target, dependency.Name, seen));
    }

    /// <summary>The compiler's output, which no measuring of coverage rewrites.</summary>
    private static string Built(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var name = XDocument.Load(project).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);
        return Path.Combine(Path.GetDirectoryName(project)!, "obj", configuration, new DirectoryInfo(AppContext.BaseDirectory).Name, $"{name}.dll");
    }

    private static HashSet<string> References(string assembly)
    {
        using var file = new FileStream(assembly, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
