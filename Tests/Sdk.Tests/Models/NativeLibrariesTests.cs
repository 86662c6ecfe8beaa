using Steering.Models;

namespace Steering.Tests.Sdk.Models;

[TestClass]
public sealed class NativeLibrariesTests
{
    private readonly string _root = Directory.CreateTempSubdirectory("steering-native-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    public void FindProblem_BothInOneFolder_IsNull() => Assert.IsNull(NativeLibraries.FindProblem([Folder("a", "rt", "ai")], "rt", "ai"));

    [TestMethod]
    public void FindProblem_Apart_SaysWhereEachLies()
    {
        var problem = NativeLibraries.FindProblem([Folder("a", "rt"), Folder("b", "ai")], "rt", "ai");
        StringAssert.Contains(problem, Path.Combine(_root, "a"), StringComparison.Ordinal);
        StringAssert.Contains(problem, "same folder", StringComparison.Ordinal);
    }

    [TestMethod]
    public void FindProblem_WithoutGenAi_NamesThePackage() =>
        StringAssert.Contains(NativeLibraries.FindProblem([Folder("a", "rt")], "rt", "ai"), "Microsoft.ML.OnnxRuntimeGenAI", StringComparison.Ordinal);

    [TestMethod]
    public void FindProblem_WithoutRuntime_SaysSo() =>
        StringAssert.Contains(NativeLibraries.FindProblem([Folder("b", "ai")], "rt", "ai"), "in none of the folders", StringComparison.Ordinal);

    [TestMethod]
    public void Check_InThisProcess_Passes() => NativeLibraries.Check();

    private string Folder(string name, params string[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, file), string.Empty);
        }

        return folder;
    }
}
