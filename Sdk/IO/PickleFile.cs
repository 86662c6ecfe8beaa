namespace Steering.IO;

/// <summary>Recognises files of Python's pickle by name, and says what to do instead of opening one.</summary>
public static class PickleFile
{
    private static readonly string[] Extensions = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"];

    /// <summary>Whether the name is that of a pickle. The content is never looked at.</summary>
    public static bool IsPickle(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The refusal: why, and the line that converts a file of tensors.</summary>
    public static SteeringException Refusal(string path) => new(
        $"{path} is a Python pickle, which can run any code when it is opened; this library never opens one. Convert it to safetensors where you trust it: "
        + $"python -c \"import torch, safetensors.torch as s; s.save_file({{k: v.contiguous() for k, v in torch.load('{Path.GetFileName(path)}', map_location='cpu', weights_only=True).items()}}, '{Path.GetFileNameWithoutExtension(path)}.safetensors')\"");
}
