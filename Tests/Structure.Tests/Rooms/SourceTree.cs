using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Steering.Tests.Repository.Rooms;

/// <summary>The source files of the product's rooms.</summary>
internal static class SourceTree
{
    /// <summary>The rooms, each above those that it may refer to.</summary>
    public static IReadOnlyDictionary<string, string[]> Arrows { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Sdk"] = [],
        ["Export"] = ["Sdk"],
        ["Sandbox"] = ["Export", "Sdk"],
        ["Analysis"] = ["Export", "Sdk"],
        ["Training"] = ["Analysis", "Export", "Sdk"],
        ["Cli"] = ["Training", "Sandbox", "Analysis", "Export", "Sdk"],
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } =
    [
        .. Arrows.Keys.SelectMany(room => Directory.EnumerateFiles(Path.Combine(OracleFolder.RepositoryRoot, room), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(OracleFolder.RepositoryRoot, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    private static SourceFile Read(string path)
    {
        var root = CSharpSyntaxTree.ParseText(File.ReadAllText(System.IO.Path.Combine(OracleFolder.RepositoryRoot, path))).GetCompilationUnitRoot();
        var space = root.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? string.Empty;
        return new SourceFile(path, space, [.. root.Usings.Select(directive => directive.NamespaceOrType.ToString())]);
    }
}

/// <summary>One source file of the product: its namespace and the namespaces it names.</summary>
/// <param name="Path">Path below the root, with slashes.</param>
/// <param name="Namespace">Its namespace; empty for top-level statements.</param>
/// <param name="Usings">What its using directives name. The build refuses those that nothing needs (IDE0005).</param>
internal sealed record SourceFile(string Path, string Namespace, IReadOnlyList<string> Usings)
{
    /// <summary>The folder, with slashes.</summary>
    public string Folder => Path[..Path.LastIndexOf('/')];

    /// <summary>The room: the first folder.</summary>
    public string Room => Path[..Path.IndexOf('/', StringComparison.Ordinal)];
}
