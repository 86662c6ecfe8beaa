namespace Steering.Analysis.Shards;

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
