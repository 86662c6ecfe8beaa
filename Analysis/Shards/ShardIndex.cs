using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.Analysis.Harvest;
using Steering.IO;

namespace Steering.Analysis.Shards;

/// <summary>The index of a folder of shards, <c>shards.json</c>. A shard counts once the index names it.</summary>
public sealed record ShardIndex
{
    /// <summary>Its file name.</summary>
    public const string FileName = "shards.json";

    /// <summary>Version of the format, here and in each shard.</summary>
    public const int CurrentVersion = 1;

    private const int MaximumBytes = 256 << 20;

    private const int MaximumDepth = 8;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        MaxDepth = MaximumDepth,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Version of the format; 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>What was harvested and how.</summary>
    public required ShardJob Job { get; init; }

    /// <summary>Median norm of the sample, from which massive activations are told; 0 where none is left out for its norm.</summary>
    public required float MedianNorm { get; init; }

    /// <summary>Largest norm that is kept; null where none is left out for its norm.</summary>
    public required float? LargestNorm { get; init; }

    /// <summary>Whether the text was harvested to its end.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The shards, in order.</summary>
    public required IReadOnlyList<ShardEntry> Shards { get; init; }

    /// <summary>The first window that no shard holds.</summary>
    [JsonIgnore]
    public long NextWindow => Shards.Count == 0 ? 0 : Shards[^1].FirstWindow + Shards[^1].Windows;

    /// <summary>Sums over the shards.</summary>
    [JsonIgnore]
    public HarvestCounts Counts => new(NextWindow, Shards.Sum(shard => shard.Tokens), Shards.Sum(shard => shard.Rows), Shards.Sum(shard => shard.FirstPositions), Shards.Sum(shard => shard.MassiveTokens));

    /// <summary>Reads the index of a folder.</summary>
    /// <param name="folder">A folder of shards.</param>
    /// <exception cref="SteeringException">There is none, it is of another version, or it is not consistent.</exception>
    public static ShardIndex Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? Parse(ReadableFile.ReadAllBytes(path, MaximumBytes), path)
            : throw new SteeringException($"{folder} holds no {FileName}: it is no folder of activation shards. Make one with 'steer harvest'.");
    }

    /// <summary>Reads an index from UTF-8 JSON.</summary>
    /// <param name="json">The document.</param>
    /// <param name="source">Where it came from, for messages.</param>
    /// <exception cref="SteeringException">It is of another version, or not consistent.</exception>
    public static ShardIndex Parse(ReadOnlyMemory<byte> json, string source)
    {
        using (var document = StrictJson.Parse(source, json, MaximumDepth))
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("formatVersion", out var version)
                && (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != CurrentVersion))
            {
                throw new SteeringException($"{source} has format version {version.GetRawText()}; this program reads version {CurrentVersion}. Harvest again.");
            }
        }

        try
        {
            var index = JsonSerializer.Deserialize<ShardIndex>(json.Span, Json) ?? throw new JsonException("it is null.");
            ShardIndexCheck.Check(index, source);
            return index;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new SteeringException($"{source} is no index of activation shards: {JsonReason.Of(failure)} Harvest again.", failure);
        }
    }

    /// <summary>Writes the index of a folder, atomically.</summary>
    internal void Save(string folder) => AtomicFile.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Json));
}

/// <summary>What an index says of one shard.</summary>
public sealed record ShardEntry
{
    /// <summary>File name in the folder.</summary>
    public required string File { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Number of its first window.</summary>
    public required long FirstWindow { get; init; }

    /// <summary>Windows in it.</summary>
    public required long Windows { get; init; }

    /// <summary>Tokens of these windows.</summary>
    public required long Tokens { get; init; }

    /// <summary>Activation rows: tokens that are not left out.</summary>
    public required long Rows { get; init; }

    /// <summary>Tokens left out as the first of their window.</summary>
    public required long FirstPositions { get; init; }

    /// <summary>Tokens left out for their norm.</summary>
    public required long MassiveTokens { get; init; }

    /// <summary>SHA-256 over the token ids of all windows up to this shard's last: tells whether a text is the same.</summary>
    public required string TextSha256 { get; init; }
}
