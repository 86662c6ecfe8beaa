using Steering.Export.Hub;
using Steering.IO;

namespace Steering.Export.Checkpoints;

/// <summary>Opens checkpoints, whatever their format.</summary>
public static class Checkpoint
{
    /// <summary>
    /// Opens a Hugging Face folder, a folder that holds one GGUF file, a <c>.gguf</c> file, or a <c>.safetensors</c> file
    /// with <c>config.json</c> beside it.
    /// </summary>
    /// <param name="path">Folder or file.</param>
    /// <exception cref="SteeringException">It is missing, damaged, not supported, a pickle, or a download that did not finish; the message says what to do.</exception>
    public static ICheckpoint Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return OpenFolder(path);
        }

        if (PickleFile.IsPickle(path))
        {
            throw PickleFile.Refusal(path);
        }

        if (!File.Exists(path))
        {
            throw new SteeringException($"{path} does not exist; a folder or a .gguf or .safetensors file was expected.");
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GGUF" => GgufCheckpoint.Open(path),
            ".SAFETENSORS" => SafetensorsCheckpoint.Open(path),
            _ => throw new SteeringException($"{path} is not a checkpoint that this library reads; a folder or a .gguf or .safetensors file was expected."),
        };
    }

    private static ICheckpoint OpenFolder(string folder)
    {
        PullFolder.RefuseIncomplete(folder);
        if (File.Exists(Path.Combine(folder, CheckpointFiles.Single)) || File.Exists(Path.Combine(folder, CheckpointFiles.Index)))
        {
            return SafetensorsCheckpoint.Open(folder);
        }

        var files = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).ToArray();
        var ggufs = Array.FindAll(files, file => Path.GetExtension(file).Equals(".gguf", StringComparison.OrdinalIgnoreCase));
        if (ggufs is [var single])
        {
            return GgufCheckpoint.Open(single);
        }

        if (ggufs.Length > 1)
        {
            throw new SteeringException($"{folder} holds {ggufs.Length} GGUF files; name one of them: {string.Join(", ", ggufs.Take(8).Select(Path.GetFileName))}.");
        }

        if (Array.Find(files, PickleFile.IsPickle) is { } pickle)
        {
            throw new SteeringException(
                $"{folder} holds its weights only as Python pickles ({Path.GetFileName(pickle)}), which can run any code when they are opened; this library never opens one. "
                + "Convert the model to safetensors where you trust it: "
                + $"python -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('{folder}').save_pretrained('{Path.TrimEndingDirectorySeparator(folder)}-safetensors')\"");
        }

        throw new SteeringException($"{folder} holds no checkpoint; {CheckpointFiles.Single}, {CheckpointFiles.Index} or one GGUF file was expected.");
    }
}
