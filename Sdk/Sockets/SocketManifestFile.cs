using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.IO;

namespace Steering.Sockets;

/// <summary>Reads, writes and checks the <see cref="SocketManifest"/> of a model folder.</summary>
public static class SocketManifestFile
{
    /// <summary>Largest manifest, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Deepest nesting that is read.</summary>
    internal const int MaximumDepth = 8;

    /// <summary>Reads the manifest of a model folder and checks that it is consistent in itself.</summary>
    /// <param name="folder">Model folder.</param>
    /// <exception cref="SteeringException">There is no manifest, it is of another version, or it is not valid.</exception>
    public static SocketManifest Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var path = Path.Combine(folder, SocketManifest.FileName);
        if (!File.Exists(path))
        {
            throw new SteeringException($"{folder} has no sockets: it holds no {SocketManifest.FileName}. Make a socketed folder with 'steer socket'.");
        }

        var length = new FileInfo(path).Length;
        return length <= MaximumBytes
            ? Parse(ReadableFile.ReadAllBytes(path, MaximumBytes), path)
            : throw new SteeringException($"{path} is {length} bytes; a manifest is at most {MaximumBytes}. It is not one.");
    }

    /// <summary>Reads a manifest from UTF-8 JSON.</summary>
    /// <param name="json">The document.</param>
    /// <param name="source">Where it came from, for messages.</param>
    /// <exception cref="SteeringException">The document is not a valid manifest of this version.</exception>
    public static SocketManifest Parse(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            CheckVersion(json, source);
            var manifest = JsonSerializer.Deserialize(json, SocketManifestJson.Default.SocketManifest)
                ?? throw new SteeringException($"{source} is null; a manifest was expected. Socket the model again.");
            Check(manifest, source);
            return manifest;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new SteeringException($"{source} is not a valid manifest: {JsonReason.Of(exception)} Socket the model again with 'steer socket'.", exception);
        }
    }

    /// <summary>Writes the manifest of a model folder, atomically.</summary>
    /// <param name="folder">Model folder.</param>
    /// <param name="manifest">What to write.</param>
    /// <exception cref="SteeringException">The manifest is not consistent, or the file cannot be written.</exception>
    public static void Save(string folder, SocketManifest manifest)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(manifest);
        Check(manifest, "The manifest");
        AtomicFile.WriteAllBytes(Path.Combine(folder, SocketManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, SocketManifestJson.Default.SocketManifest));
    }

    /// <summary>Compares the folder's graph and weights with the fingerprints of its manifest.</summary>
    /// <param name="folder">Model folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="weights">Whether the weights are compared too.</param>
    /// <exception cref="SteeringException">A file is missing or is not the one the manifest was written for.</exception>
    public static void Verify(string folder, SocketManifest manifest, bool weights = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(manifest);
        Compare(folder, "graph", [manifest.GraphFile], manifest.GraphSha256);
        if (weights)
        {
            Compare(folder, "weights", manifest.WeightFiles, manifest.WeightsSha256);
        }
    }

    /// <summary>Lower-case hexadecimal SHA-256 of files one after the other.</summary>
    /// <param name="folder">Folder that the files must lie in.</param>
    /// <param name="files">File names relative to it.</param>
    /// <exception cref="SteeringException">A file is missing or lies outside the folder.</exception>
    public static string Sha256(string folder, IReadOnlyList<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        // A large weight file may be linked from the folder it was imported to, so links are followed; names are not.
        string[] paths = [.. files.Select(file => Path.Combine(folder, ContainedName(file, folder)))];
        return Array.Find(paths, path => !File.Exists(path)) is { } missing
            ? throw new SteeringException($"{missing} is missing, although the manifest names it. Restore it, or socket the model again with 'steer socket'.")
            : Fingerprint.Sha256(paths);
    }

    private static void Compare(string folder, string what, IReadOnlyList<string> files, string expected)
    {
        var actual = Sha256(folder, files);
        if (!string.Equals(actual, expected, StringComparison.Ordinal))
        {
            throw new SteeringException($"The {what} of {folder} ({string.Join(", ", files)}) have the SHA-256 {actual[..12]}…, but {SocketManifest.FileName} was written for {expected[..12]}…: the folder was changed or mixed up after it was socketed. Socket the original again with 'steer socket'.");
        }
    }

    private static void CheckVersion(ReadOnlySpan<byte> json, string source)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("formatVersion", out var version)
            && version.TryGetInt32(out var number)
            && number != SocketLayout.FormatVersion)
        {
            throw new SteeringException($"{source} has format version {number}; this library reads version {SocketLayout.FormatVersion}. Socket the original model again with this version's 'steer socket'.");
        }
    }

    private static void Check(SocketManifest manifest, string source)
    {
        Require(manifest.FormatVersion == SocketLayout.FormatVersion, $"formatVersion is {manifest.FormatVersion}, expected {SocketLayout.FormatVersion}");
        Require(manifest.HiddenSize is > 0 and <= 1 << 20, $"hiddenSize is {manifest.HiddenSize}, expected 1 to {1 << 20}");
        Require(manifest.BlockCount is > 0 and <= 1 << 12, $"blockCount is {manifest.BlockCount}, expected 1 to {1 << 12}");
        Require(manifest.ActivationType is "float32" or "float16" or "bfloat16", $"activationType is '{manifest.ActivationType}', expected float32, float16 or bfloat16");
        Require(IsSha256(manifest.GraphSha256) && IsSha256(manifest.WeightsSha256) && (manifest.CheckpointSha256 is null || IsSha256(manifest.CheckpointSha256)), "a fingerprint is not 64 lower-case hexadecimal digits");
        Require(manifest.Sites.Count > 0, "sites is empty");
        ContainedName(manifest.GraphFile, source);
        foreach (var file in manifest.WeightFiles)
        {
            ContainedName(file, source);
        }

        for (var index = 0; index < manifest.Sites.Count; index++)
        {
            var site = manifest.Sites[index];
            Require(site is not null, $"sites[{index}] is null");
            Require(site!.Block >= 0 && site.Block < manifest.BlockCount, $"sites[{index}].block is {site.Block}, expected 0 to {manifest.BlockCount - 1}");
            Require(string.Equals(site.Name, SocketLayout.ResidualSite(site.Block), StringComparison.Ordinal), $"sites[{index}].name is '{site.Name}', expected '{SocketLayout.ResidualSite(site.Block)}'");
            Require(site.HiddenSize == manifest.HiddenSize, $"sites[{index}].hiddenSize is {site.HiddenSize}, expected {manifest.HiddenSize}");
            Require(index == 0 || site.Block > manifest.Sites[index - 1].Block, $"sites[{index}] is not after sites[{index - 1}]");
        }

        void Require(bool condition, string problem)
        {
            if (!condition)
            {
                throw new SteeringException($"{source} is not a valid manifest: {problem}. Socket the model again with 'steer socket'.");
            }
        }
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static string ContainedName(string name, string source) =>
        name is { Length: > 0 } && string.Equals(Path.GetFileName(name), name, StringComparison.Ordinal) && name is not ("." or "..") && !name.Contains('\\', StringComparison.Ordinal)
            ? name
            : throw new SteeringException($"{source} names the file '{name}', which is not a plain file name in the model folder. Socket the model again with 'steer socket'.");
}

/// <summary>Generated serialisation of the manifest.</summary>
[JsonSerializable(typeof(SocketManifest))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = SocketManifestFile.MaximumDepth,
    WriteIndented = true)]
internal sealed partial class SocketManifestJson : JsonSerializerContext;
