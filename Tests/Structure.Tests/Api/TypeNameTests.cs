using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Steering.Tests.Repository.Api;

/// <summary>Public types have names of their own: beside the namespaces that an application imports, none is ambiguous.</summary>
[TestClass]
public sealed class TypeNameTests
{
    private static readonly string[] Imported =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
        "Microsoft.Extensions.AI", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
        "Microsoft.Extensions.Options", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntimeGenAI", "TorchSharp",
    ];

    [TestMethod]
    public void NoPublicType_HasANameOfAnImportedNamespace()
    {
        var compilation = CSharpCompilation.Create("Names", references: BuiltAssemblies.References);
        var own = Types(compilation.GlobalNamespace).Where(type => BuiltAssemblies.IsOwn(type.ContainingAssembly)).ToArray();
        Assert.IsGreaterThan(200, own.Length);
        var foreign = Imported
            .SelectMany(name => Members(compilation.GlobalNamespace, name))
            .Where(type => type.DeclaredAccessibility == Accessibility.Public && !BuiltAssemblies.IsOwn(type.ContainingAssembly))
            .ToLookup(type => type.MetadataName, StringComparer.Ordinal);
        foreach (var known in (string[])["ChatMessage", "GeneratorParams", "InferenceSession", "Path", "torch", "IHostedService"])
        {
            Assert.IsTrue(foreign.Contains(known), $"The namespaces are not read: {known} is not among their types.");
        }

        string[] clashes = [.. own.Where(type => foreign.Contains(type.MetadataName)).Select(type => $"{type.ToDisplayString()} and {string.Join(", ", foreign[type.MetadataName].Select(other => other.ToDisplayString()).Distinct())}").Order(StringComparer.Ordinal)];
        Assert.IsEmpty(clashes, $"Rename ours:\n{string.Join('\n', clashes)}");
    }

    /// <summary>Nor do two types of ours share a name: an application imports several of our namespaces.</summary>
    [TestMethod]
    public void NoTwoPublicTypes_HaveTheSameName()
    {
        var compilation = CSharpCompilation.Create("Names", references: BuiltAssemblies.References);
        string[] twins =
        [
            .. Types(compilation.GlobalNamespace)
                .Where(type => BuiltAssemblies.IsOwn(type.ContainingAssembly))
                .GroupBy(type => type.MetadataName, StringComparer.Ordinal)
                .Where(group => group.Count() > 1)
                .Select(group => string.Join(" and ", group.Select(type => type.ToDisplayString()))),
        ];
        Assert.IsEmpty(twins, string.Join('\n', twins));
    }

    private static ImmutableArray<INamedTypeSymbol> Members(INamespaceSymbol root, string name)
    {
        var found = name.Split('.').Aggregate((INamespaceSymbol?)root, (space, part) => space?.GetNamespaceMembers().FirstOrDefault(member => member.Name == part));
        Assert.IsNotNull(found, $"Nothing declares the namespace {name}.");
        return found.GetTypeMembers();
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) => space
        .GetTypeMembers().Where(type => type.DeclaredAccessibility == Accessibility.Public)
        .Concat(space.GetNamespaceMembers().SelectMany(Types));
}
