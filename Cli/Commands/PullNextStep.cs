using Steering.Export.Hub;

namespace Steering.Cli.Commands;

/// <summary>The command that makes use of what was pulled.</summary>
internal static class PullNextStep
{
    /// <summary>A command line for a shell, or null where the files are neither a checkpoint nor an SAE.</summary>
    public static string? After(HubPullResult result)
    {
        var paths = result.Files.Select(file => file.Path).ToArray();
        if (Array.Exists(paths, path => path is "model.safetensors" or "model.safetensors.index.json"))
        {
            return Import(result, result.Folder);
        }

        if (Array.Find(paths, path => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) is { } gguf)
        {
            return Import(result, Path.Combine(result.Folder, gguf));
        }

        var sae = Array.Find(paths, path => Path.GetFileName(path) is "cfg.json" or "params.npz" or "hyperparams.json");
        return sae is null ? null : $"steer info {Quoted(Path.TrimEndingDirectorySeparator(Path.Combine(result.Folder, Path.GetDirectoryName(sae)!)))}";
    }

    private static string Import(HubPullResult result, string source) => $"steer import {Quoted(source)} {Quoted($"models/{result.Repository.Name}")} --sites all";

    private static string Quoted(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '_' or '-') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
