using System.Text.Json.Serialization;

namespace Steering.Sockets;

/// <summary>
/// What <c>manifest.json</c> beside <c>genai_config.json</c> says of a socketed model folder. Its fingerprints are
/// checked when the folder is loaded.
/// </summary>
public sealed record SocketManifest
{
    /// <summary>File name inside the model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Version of the socket contract (<see cref="SocketLayout.FormatVersion"/>).</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name of the model as its checkpoint gives it, for people and for matching SAEs to models.</summary>
    public required string ModelName { get; init; }

    /// <summary>Architecture in the field's usual word, as in <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Type of the graph's activations: <c>float32</c> or <c>float16</c>.</summary>
    public required string ActivationType { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int BlockCount { get; init; }

    /// <summary>File name of the socketed graph, in the model folder.</summary>
    public required string GraphFile { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of <see cref="GraphFile"/>.</summary>
    public required string GraphSha256 { get; init; }

    /// <summary>File names of the external weights, in the model folder; empty when the graph holds its weights.</summary>
    public required IReadOnlyList<string> WeightFiles { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of <see cref="WeightFiles"/> one after the other; of nothing when there is none.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>
    /// Lower-case hexadecimal SHA-256 of the checkpoint that the model was imported from, the same in every precision; null where
    /// the folder does not say it (one of another tool, or of an earlier version).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CheckpointSha256 { get; init; }

    /// <summary>The sites, by ascending block.</summary>
    public required IReadOnlyList<SocketSite> Sites { get; init; }
}

/// <summary>One place in the graph where rows can be plugged in.</summary>
/// <param name="Name">Site name, as in <c>resid_post.15</c>.</param>
/// <param name="Block">Block whose output the site is, 0-based.</param>
/// <param name="HiddenSize">Width d of the residual stream there.</param>
public sealed record SocketSite(string Name, int Block, int HiddenSize);
