using Steering.Analysis.Shards;
using Steering.IO;
using Steering.Models;
using Steering.Saes.Formats;
using Steering.Sockets;

namespace Steering.Cli.Inspection;

/// <summary>Finds out what a path holds.</summary>
internal static class PathInspector
{
    /// <summary>Describes a model folder, checkpoint, SAE, folder of shards, vector, policy or tensor file.</summary>
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

        // Says what is no regular file, and what may not be read.
        ReadableFile.Open(path).Dispose();

        // A file that only makes sense with its folder means the folder.
        if (Path.GetFileName(path) is GenAiConfig.FileName or SocketManifest.FileName or ShardIndex.FileName)
        {
            return DescribeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }

        if (SaeFolder.TryDetect(path, out _))
        {
            return SaeInspector.Describe(path);
        }

        if (SaeOnnxInspector.Is(path))
        {
            return SaeOnnxInspector.Describe(path);
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GGUF" => TensorInspector.DescribeGguf(path),
            ".SAFETENSORS" => TensorInspector.DescribeSafetensors(path),
            ".JSON" => PolicyInspector.Describe(path),
            _ when PickleFile.IsPickle(path) => throw PickleFile.Refusal(path),
            _ => throw new SteeringException($"{path} is nothing that steer knows. It describes model folders, Hugging Face folders, SAE folders, exported SAE graphs, .npz, .gguf, .safetensors and policy .json files."),
        };
    }

    private static Description DescribeFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, GenAiConfig.FileName)))
        {
            return ModelInspector.Describe(folder);
        }

        if (File.Exists(Path.Combine(folder, ShardIndex.FileName)))
        {
            return ShardInspector.Describe(folder);
        }

        if (SaeFolder.TryDetect(folder, out _))
        {
            return SaeInspector.Describe(folder);
        }

        if (SaeOnnxInspector.Is(folder))
        {
            return SaeOnnxInspector.Describe(folder);
        }

        if (Path.Combine(folder, "ae.pt") is var pickle && File.Exists(pickle))
        {
            throw PickleFile.Refusal(pickle);
        }

        if (SaePlace.Lacking(folder) is { } lacking)
        {
            throw new SteeringException(lacking);
        }

        return File.Exists(Path.Combine(folder, "config.json"))
            ? CheckpointInspector.Describe(folder)
            : throw new SteeringException($"{folder} is nothing that steer knows: a model folder holds {GenAiConfig.FileName}, a Hugging Face checkpoint config.json, an SAE the files of its layout (docs/saes.md lists them).");
    }
}
