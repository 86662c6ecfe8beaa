namespace Steering.Fuzz;

/// <summary>A folder for the files a target reads, in memory where the system offers that.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    public string Path { get; } = Create();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Path of a file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file of the folder anew.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = File(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    private static string Create()
    {
        var name = "steering-fuzz-" + Guid.NewGuid().ToString("N");
        return Directory.Exists(MemoryFolder)
            ? Directory.CreateDirectory(System.IO.Path.Combine(MemoryFolder, name)).FullName
            : Directory.CreateTempSubdirectory("steering-fuzz-").FullName;
    }
}
