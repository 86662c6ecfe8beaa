using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Steering.Tests.Repository.Api;

namespace Steering.Tests.Repository.Docs;

/// <summary>
/// Every C# snippet of the pages compiles against what this repository builds, as the top level of a program, with the
/// usings that it states and those that every new .NET project has.
/// </summary>
[TestClass]
public sealed class SnippetTests
{
    /// <summary>What <c>ImplicitUsings</c> of a console project gives.</summary>
    private static readonly string[] Implicit = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    /// <summary>What the one of a web project gives besides.</summary>
    private static readonly string[] ImplicitInWeb = ["System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging"];

    public static IEnumerable<object[]> Snippets => Pages.All.SelectMany(page => Pages.Blocks(page, "csharp")).Select(block => (object[])[block.ToString()]);

    [TestMethod]
    [DynamicData(nameof(Snippets))]
    public void Snippet_Compiles_WithItsOwnUsings(string place)
    {
        var block = Find(place);
        Assert.IsFalse(block.Hidden.Split('\n').Any(IsUsing), $"{place}: the hidden part has a using directive, which a reader would miss.");
        AssertCompiles(block, []);
    }

    /// <summary>An application has Microsoft's types in scope, too: no name of ours may be ambiguous then.</summary>
    [TestMethod]
    [DynamicData(nameof(Snippets))]
    public void Snippet_Compiles_BesideMicrosoftExtensionsAI(string place) =>
        AssertCompiles(Find(place), ["using Microsoft.Extensions.AI;", "using Microsoft.Extensions.DependencyInjection;", "using Microsoft.Extensions.Hosting;"]);

    [TestMethod]
    public void ThePages_HaveSnippets() => Assert.IsGreaterThan(10, Snippets.Count());

    private static Pages.Block Find(string place) => Pages.Blocks(place.Split(':')[0], "csharp").Single(block => block.ToString() == place);

    private static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && line.TrimEnd().EndsWith(';') && !line.Contains('=', StringComparison.Ordinal) && !line.Contains('(', StringComparison.Ordinal);

    private static void AssertCompiles(Pages.Block block, string[] more)
    {
        var lines = block.Code.Split('\n');
        string[] usings = [.. lines.Where(IsUsing), .. more];
        var program = string.Join('\n', usings.Distinct(StringComparer.Ordinal)) + "\n" + block.Hidden + "\n" + string.Join('\n', lines.Where(line => !IsUsing(line)));
        string[] given = [.. Implicit, .. block.Code.Contains("WebApplication.", StringComparison.Ordinal) ? ImplicitInWeb : []];
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(string.Concat(given.Select(name => $"global using {name};\n"))), CSharpSyntaxTree.ParseText(program)],
            BuiltAssemblies.References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToArray();
        Assert.IsEmpty(errors, $"{block} does not compile:\n{string.Join('\n', errors.Select(error => error.ToString()))}\n\n{program}");
    }
}
