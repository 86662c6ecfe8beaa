namespace Steering.Export.Sockets;

/// <summary>
/// The names under which a decoder graph meets its caller. They are the only names the site finder relies on; every
/// other node and tensor may be called anything.
/// </summary>
internal sealed record GraphInterface
{
    /// <summary>The names ONNX Runtime GenAI uses unless its configuration says otherwise.</summary>
    public static GraphInterface Default { get; } = new();

    /// <summary>Input of token ids, i64 [B, S].</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>Input that is 1 for real tokens and 0 for padding, i64 [B, past + S].</summary>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <summary>Input of token positions, i64 [B, S]; used where the graph takes no attention mask.</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>Output of logits, [B, S or 1, vocabulary].</summary>
    public string Logits { get; init; } = "logits";
}
