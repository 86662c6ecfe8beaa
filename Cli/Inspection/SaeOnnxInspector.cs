using System.Text.Json;
using Steering.Export.Saes;
using Steering.IO;

namespace Steering.Cli.Inspection;

/// <summary>Describes folders of exported SAE graphs by their manifest.</summary>
internal static class SaeOnnxInspector
{
    private const int MaximumBytes = 1 << 20;

    // What the manifest may hold, in the order it is told; the rest belongs to a later version.
    private static readonly (string Key, string Name)[] Told =
    [
        ("kind", "architecture"), ("d_sae", "features"), ("d_in", "hiddenSize"), ("k", "k"), ("threshold", "threshold"), ("normalisation", "normalisation"),
        ("activations", "activations"), ("weights", "weights"), ("site", "site"), ("hook_name", "hookName"), ("model_name", "model"), ("model_sha256", "modelSha256"), ("sae_sha256", "saeSha256"),
    ];

    /// <summary>Whether a path is such a folder, or one of the files in it.</summary>
    public static bool Is(string path) => Folder(path) is not null;

    public static Description Describe(string path)
    {
        var folder = Folder(path)!;
        var file = Path.Combine(folder, SaeOnnxNames.ManifestFile);
        using var document = StrictJson.Parse(file, ReadableFile.ReadAllBytes(file, MaximumBytes));
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || Text(root, "format") != SaeOnnxNames.Format || Text(root, "format_version") != SaeOnnxNames.FormatVersion)
        {
            throw new SteeringException($"{file} is no manifest of exported graphs that this version reads (format {SaeOnnxNames.Format}, version {SaeOnnxNames.FormatVersion}); export the SAE again with 'steer sae export'.");
        }

        string[] graphs = root.TryGetProperty("graphs", out var listed) && listed.ValueKind == JsonValueKind.Object
            ? [.. listed.EnumerateObject().Select(graph => graph.Name)]
            : [];
        var site = Text(root, "site") is { } name ? $"; it reads {name}" : string.Empty;
        return new Description("sae-onnx", folder, $"A {Text(root, "kind")} sparse autoencoder as ONNX graphs ({string.Join(", ", graphs)}): {Text(root, "d_sae")} features over width {Text(root, "d_in")}{site}.",
        [
            .. Told.Select(line => new Fact(line.Name, Value(root, line.Key))),
            new Fact("graphs", graphs),
        ]);
    }

    private static string? Folder(string path)
    {
        var folder = Directory.Exists(path) ? path : Path.GetExtension(path) is ".onnx" or ".json" ? Path.GetDirectoryName(Path.GetFullPath(path)) : null;
        var itself = folder == path || Path.GetFileName(path) == SaeOnnxNames.ManifestFile || Path.GetExtension(path) == ".onnx";
        return folder is not null && itself && File.Exists(Path.Combine(folder, SaeOnnxNames.ManifestFile)) ? folder : null;
    }

    private static string? Text(JsonElement root, string key) => root.TryGetProperty(key, out var value) ? value.ToString() : null;

    private static object? Value(JsonElement root, string key) => !root.TryGetProperty(key, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : value.ToString();
}
