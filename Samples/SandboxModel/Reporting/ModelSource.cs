using Steering;
using Steering.Export;
using Steering.Export.Sockets;

namespace SandboxModel.Reporting;

/// <summary>A model folder, or a checkpoint imported into one that is removed with this object.</summary>
internal sealed class ModelSource : IDisposable
{
    private readonly string? _temporary;

    private ModelSource(string folder, string? temporary) => (Folder, _temporary) = (folder, temporary);

    public string Folder { get; }

    /// <exception cref="SteeringException">The path is neither.</exception>
    public static ModelSource Open(string path, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(path, "genai_config.json")))
        {
            return new ModelSource(path, temporary: null);
        }

        var temporary = Directory.CreateTempSubdirectory("steering-sandbox-").FullName;
        try
        {
            var folder = Path.Combine(temporary, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
            ModelImporter.Import(path, folder, new ImportOptions { Sites = SiteSelection.All }, progress: null, cancellation);
            return new ModelSource(folder, temporary);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    public void Dispose()
    {
        if (_temporary is not null)
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }
}
