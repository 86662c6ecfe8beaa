namespace Steering.Tests.Export.Import;

/// <summary>Removes what the tests imported.</summary>
[TestClass]
public static class ImportedModels
{
    [AssemblyCleanup]
    public static void Clear() => ImportedModel.Clear();
}
