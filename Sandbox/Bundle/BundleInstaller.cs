using Steering.Export;
using Steering.Export.Sockets;
using Steering.IO;

namespace Steering.Sandbox.Bundle;

/// <summary>Lays the files of a bundle into a folder and imports its model there.</summary>
internal static class BundleInstaller
{
    /// <summary>Folder of the laid-out Hugging Face checkpoint. Its last part is the model's name where its configuration gives none.</summary>
    public const string Checkpoint = $"checkpoint/{SandboxBundle.Name}";

    /// <summary>Folder of the imported model.</summary>
    public const string Model = "model";

    /// <summary>Folder of the autoencoders.</summary>
    public const string Saes = "saes";

    /// <summary>Folder of the policies.</summary>
    public const string Policies = "policies";

    private const string CheckpointFiles = "checkpoint/";

    /// <summary>Gives a whole folder: the one that is there, or a new one.</summary>
    /// <param name="files">The bundle.</param>
    /// <param name="cache">Folder in which it is laid out.</param>
    /// <param name="progress">Told about stages; may be null.</param>
    /// <param name="cancellationToken">Stops between files and weights, leaving nothing behind.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="SteeringException">There is nothing to lay out, or it cannot be written.</exception>
    public static string Install(IReadOnlyList<BundleFile> files, string cache, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (!files.Any(file => file.Path == $"{CheckpointFiles}config.json"))
        {
            throw new SteeringException("This build of Steering.Sandbox holds no sandbox model: its folder Sandbox/Bundle/Files was empty when it was built. Use a released package, or make the model with the program in Samples/SandboxModel and build again.");
        }

        var folder = Path.Combine(cache, $"{SandboxBundle.Name}-{BundleFingerprint.Of(files, cancellationToken)}");
        if (BundleContents.AreWhole(folder))
        {
            return folder;
        }

        try
        {
            LayOut(files, folder, progress, cancellationToken);
        }
        catch (Exception failure) when (failure is SteeringException or IOException or UnauthorizedAccessException)
        {
            // Another process may have been quicker; what it laid out is the same.
            if (!BundleContents.AreWhole(folder))
            {
                throw new SteeringException($"The sandbox model cannot be laid out in {cache}: {failure.Message} Name another folder in {SandboxBundle.CacheVariable}.", failure);
            }
        }

        return folder;
    }

    private static void LayOut(IReadOnlyList<BundleFile> files, string destination, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new("laying out the sandbox", 0));
        using var folder = AtomicFolder.Create(destination, replace: Directory.Exists(destination));
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = ContainedPath.Resolve(folder.WorkingPath, Place(file.Path));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var content = file.Open();
            using var target = File.Create(path);
            content.CopyTo(target);
        }

        var options = new ImportOptions { Sites = SiteSelection.All };
        ModelImporter.Import(Path.Combine(folder.WorkingPath, Checkpoint), Path.Combine(folder.WorkingPath, Model), options, progress, cancellationToken);
        BundleContents.Write(folder.WorkingPath);
        folder.Commit();
    }

    private static string Place(string file) =>
        file.StartsWith(CheckpointFiles, StringComparison.Ordinal) ? $"{Checkpoint}/{file[CheckpointFiles.Length..]}" : file;
}
