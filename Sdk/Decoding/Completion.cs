namespace Steering.Decoding;

/// <summary>One whole decoded turn.</summary>
/// <param name="Ids">Token ids, the end token included where there is one.</param>
/// <param name="Text">Their text without special tokens, up to the stop sequence where one ended it.</param>
/// <param name="FinishReason">Why the turn ended: never <see cref="FinishReason.None"/>.</param>
public sealed record Completion(IReadOnlyList<int> Ids, string Text, FinishReason FinishReason)
{
    /// <summary>Compares ids, text and reason.</summary>
    /// <param name="other">The other completion.</param>
    public bool Equals(Completion? other) =>
        other is not null && FinishReason == other.FinishReason && string.Equals(Text, other.Text, StringComparison.Ordinal) && Ids.SequenceEqual(other.Ids);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, FinishReason, Ids.Count);
}
