using Steering.Models;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Cli.Inspection;

/// <summary>Finds out what a path holds.</summary>
internal static class PathInspector
{
    /// <summary>Describes a model folder, checkpoint, SAE, vector, policy or tensor file.</summary>
    /// <exception cref="SteeringException">It is missing, damaged or none of these.</exception>
    public static Description Describe(string path)
    {
        if (Directory.Exists(path))
        {
            return DescribeFolder(path);
        }

        if (!File.Exists(path))
        {
            throw new SteeringException($"{path} does not exist; check the path.");
        }

        // A file that only makes sense with its folder means the folder.
        if (Path.GetFileName(path) is GenAiConfig.FileName or SocketManifest.FileName or SaeLensFolder.ConfigName or SaeLensFolder.WeightsName)
        {
            return DescribeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GGUF" => TensorInspector.DescribeGguf(path),
            ".SAFETENSORS" => TensorInspector.DescribeSafetensors(path),
            ".JSON" => PolicyInspector.Describe(path),
            ".BIN" or ".PT" or ".PTH" or ".PKL" => throw new SteeringException($"{path} is a pickle, which runs code when it is read, so it is not read at all. Convert it to safetensors from Python."),
            _ => throw new SteeringException($"{path} is nothing that steer knows. It describes model folders, Hugging Face folders, SAELens folders, .gguf, .safetensors and policy .json files."),
        };
    }

    private static Description DescribeFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, GenAiConfig.FileName)))
        {
            return ModelInspector.Describe(folder);
        }

        if (File.Exists(Path.Combine(folder, SaeLensFolder.ConfigName)))
        {
            return SaeInspector.Describe(folder);
        }

        return File.Exists(Path.Combine(folder, "config.json"))
            ? CheckpointInspector.Describe(folder)
            : throw new SteeringException($"{folder} is nothing that steer knows: a model folder holds {GenAiConfig.FileName}, an SAE {SaeLensFolder.ConfigName}, a Hugging Face checkpoint config.json.");
    }
}
