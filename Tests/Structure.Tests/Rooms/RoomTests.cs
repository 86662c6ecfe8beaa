using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Steering.Tests.Repository.Rooms;

/// <summary>Which room may see which, and where torch stands.</summary>
[TestClass]
public sealed class RoomTests
{
    /// <summary>Largest number of files that a folder may hold: what a newcomer can read through at a glance.</summary>
    private const int LargestFolder = 33;

    [TestMethod]
    [DataRow("Sdk")]
    [DataRow("Export")]
    [DataRow("Sandbox")]
    [DataRow("Analysis")]
    [DataRow("Training")]
    [DataRow("Cli")]
    public void Room_RefersToNoneAboveOrBesideIt(string room)
    {
        string[] seen = [.. References(room).Where(name => name.StartsWith("Steering.", StringComparison.Ordinal)).Select(name => name["Steering.".Length..])];
        string[] wrong = [.. seen.Except(SourceTree.Arrows[room], StringComparer.Ordinal)];
        Assert.IsEmpty(wrong, $"{room} refers to {string.Join(", ", wrong)}; allowed are {string.Join(", ", SourceTree.Arrows[room])}. Move the type to the lowest room that needs it.");
    }

    [TestMethod]
    public void Torch_IsReachedFromTrainingAlone()
    {
        Assert.Contains("TorchSharp", References("Training"), "The references are not read.");
        foreach (var room in SourceTree.Arrows.Keys.Where(room => room != "Training"))
        {
            Assert.DoesNotContain("TorchSharp", References(room), $"{room} refers to TorchSharp; what needs gradients belongs into Training, behind an interface that {room} declares.");
        }
    }

    [TestMethod]
    public void Namespaces_AreFolders()
    {
        string[] wrong = [.. SourceTree.Files.Where(file => file.Namespace.Length > 0 && !Expected(file).Contains(file.Namespace, StringComparer.Ordinal)).Select(file => $"{file.Path}: {file.Namespace}")];
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    /// <summary>By the using directives: a folder below another may use what lies above it, which names no directive.</summary>
    [TestMethod]
    public void Namespaces_HaveNoCycles()
    {
        var own = SourceTree.Files.Select(file => file.Namespace).Where(name => name.StartsWith("Steering", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var edges = SourceTree.Files
            .Where(file => own.Contains(file.Namespace))
            .SelectMany(file => file.Usings.Where(name => own.Contains(name) && name != file.Namespace).Select(name => (From: file.Namespace, To: name, file.Path)))
            .ToLookup(edge => edge.From);
        Assert.IsGreaterThan(50, edges.Count);
        var left = own.ToHashSet(StringComparer.Ordinal);
        while (left.RemoveWhere(name => !edges[name].Any(edge => left.Contains(edge.To))) > 0)
        {
        }

        // What is left lies on a cycle or leads to one; what nothing leads to lies on none.
        while (left.RemoveWhere(name => !left.Any(other => edges[other].Any(edge => edge.To == name))) > 0)
        {
        }

        Assert.IsEmpty(left, "These namespaces use each other in a circle:\n" + string.Join('\n', left.Order(StringComparer.Ordinal).SelectMany(name => edges[name].Where(edge => left.Contains(edge.To))).Select(edge => $"{edge.Path} uses {edge.To}")));
    }

    [TestMethod]
    public void Folders_HoldWhatOneReadingTakesIn()
    {
        string[] full = [.. SourceTree.Files.GroupBy(file => file.Folder, StringComparer.Ordinal).Where(folder => folder.Count() > LargestFolder).Select(folder => $"{folder.Key}: {folder.Count()} files")];
        Assert.IsEmpty(full, $"More than {LargestFolder} files: {string.Join(", ", full)}. Make folders of what a newcomer would look for, or move small records to what they belong to.");
    }

    /// <summary>A file holds one idea with the small records that make sense beside it: few hold less than a screen's quarter.</summary>
    [TestMethod]
    public void Files_AreNoConfetti()
    {
        const int Small = 11;
        string[] small = [.. SourceTree.Files.Where(file => File.ReadLines(Path.Combine(OracleFolder.RepositoryRoot, file.Path)).Count() <= Small).Select(file => file.Path)];
        Assert.IsLessThan(SourceTree.Files.Count / 50, small.Length, $"Files of {Small} lines or fewer; move their types to what they belong to: {string.Join(", ", small)}");
    }

    /// <summary>The Sdk's root namespace is spread over the folders of what an application meets first; extensions lie where their users import.</summary>
    private static string[] Expected(SourceFile file)
    {
        var parts = file.Folder.Split('/');
        var below = parts[0] == "Sdk" ? parts[1..] : parts;
        var name = string.Join('.', below.Prepend("Steering"));
        return file.Room == "Sdk" ? [name, below is ["Engine"] ? "Steering" : name, "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.AI"] : [name];
    }

    private static HashSet<string> References(string room)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(OracleFolder.RepositoryRoot, room, "obj", output.Parent!.Name, output.Name, room == "Cli" ? "steer.dll" : $"Steering.{room}.dll");
        using var file = new FileStream(assembly, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToHashSet(StringComparer.Ordinal);
    }
}
