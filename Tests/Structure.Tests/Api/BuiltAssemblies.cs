using Microsoft.CodeAnalysis;

namespace Steering.Tests.Repository.Api;

/// <summary>The assemblies that lie beside this test and those of the framework: what an application of the packages has.</summary>
internal static class BuiltAssemblies
{
    private static readonly string[] Own = ["Steering.Sdk", "Steering.Export", "Steering.Analysis", "Steering.Training", "Steering.Sandbox"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetadataReference> References { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Whether an assembly is a library of this repository.</summary>
    public static bool IsOwn(IAssemblySymbol assembly) => Own.Contains(assembly.Name, StringComparer.Ordinal);
}
