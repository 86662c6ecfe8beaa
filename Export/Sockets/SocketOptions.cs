namespace Steering.Export.Sockets;

/// <summary>What to write into the manifest where the model folder does not say it.</summary>
public sealed record SocketOptions
{
    /// <summary>Key of a graph's metadata under which the importer writes the model's name.</summary>
    public const string ModelNameKey = "steering.model_name";

    /// <summary>Key of a graph's metadata under which the importer writes the architecture.</summary>
    public const string ArchitectureKey = "steering.architecture";

    /// <summary>Key of a graph's metadata under which the importer writes the checkpoint's fingerprint.</summary>
    public const string CheckpointKey = "steering.checkpoint_sha256";

    /// <summary>Name of the model; null takes the graph's metadata, else the folder's name.</summary>
    public string? ModelName { get; init; }

    /// <summary>Architecture; null takes the graph's metadata, else the type in <c>genai_config.json</c>.</summary>
    public string? Architecture { get; init; }
}
