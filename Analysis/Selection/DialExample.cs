namespace Steering.Analysis.Selection;

/// <summary>A text that dials are learned from, with what each of its tokens counts.</summary>
/// <param name="Ids">Token ids, at least two.</param>
/// <param name="Weights">For each token the weight of its loss given all before it, finite and not below 0. The first has nothing before it and counts 0.</param>
public sealed record DialExample(IReadOnlyList<int> Ids, IReadOnlyList<float> Weights)
{
    /// <summary>What becomes of the tokens that count.</summary>
    public DialAim Aim { get; init; }
}
