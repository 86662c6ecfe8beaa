using System.Globalization;
using Steering.Sockets;

namespace Steering.Cli.Inspection;

/// <summary>A model folder in a sentence.</summary>
internal static class ModelFolderSummary
{
    /// <summary>Which sockets a folder has.</summary>
    public static string Sockets(string folder)
    {
        if (!File.Exists(Path.Combine(folder, SocketManifest.FileName)))
        {
            return "It has no sockets: it generates text, and 'steer socket' makes it steerable.";
        }

        var manifest = SocketManifestFile.Load(folder);
        return string.Create(CultureInfo.InvariantCulture, $"It can be steered at {Sites(manifest)} ({manifest.BlockCount} blocks, width {manifest.HiddenSize}).");
    }

    /// <summary>The sites of a manifest, shortened where every block is one.</summary>
    public static string Sites(SocketManifest manifest) => manifest.Sites.Count == manifest.BlockCount && manifest.BlockCount > 4
        ? $"{manifest.Sites[0].Name} to {manifest.Sites[^1].Name}"
        : string.Join(", ", manifest.Sites.Select(site => site.Name));
}
