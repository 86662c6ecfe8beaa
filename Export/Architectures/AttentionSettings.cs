namespace Steering.Export.Architectures;

/// <summary>What differs between the attentions of one decoder's blocks.</summary>
/// <param name="Scale">Factor on the products of queries and keys.</param>
internal sealed record AttentionSettings(float Scale)
{
    /// <summary>Tables of rotary positions in the graph, or null when positions are not rotated into the heads.</summary>
    public RotaryTables? Rotary { get; init; }

    /// <summary>Number of positions, itself included, that a token sees; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>Attention scores are squashed to ± this by tanh; null for none.</summary>
    public float? Softcap { get; init; }
}
