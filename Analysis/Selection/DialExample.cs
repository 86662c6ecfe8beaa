namespace Steering.Analysis.Selection;

/// <summary>A text that dials are learned from, with what each of its tokens counts.</summary>
/// <param name="Ids">Token ids, at least two.</param>
/// <param name="Weights">For each token the weight of its loss given all before it, finite and not below 0. The first has nothing before it and counts 0.</param>
public sealed record DialExample(IReadOnlyList<int> Ids, IReadOnlyList<float> Weights)
{
    /// <summary>What becomes of the tokens that count.</summary>
    public DialAim Aim { get; init; }
}

/// <summary>What dials are to do with the tokens of a text that count.</summary>
public enum DialAim
{
    /// <summary>Make them likelier: −ln P(token).</summary>
    Likelier,

    /// <summary>
    /// Make them less likely: P(token). Its slope by the logits, P·(1 − P), is largest where the choice is open. Unlikelihood
    /// (Welleck et al. 2020, arXiv 1908.04319), −ln(1 − P), would spend everything on tokens that are certain by then, as the second half of a word, and spoils the rest.
    /// </summary>
    LessLikely,

    /// <summary>Leave what is said in their place as it is: the Kullback–Leibler divergence KL(P₀ ‖ P) from the model without dials, over all tokens of the vocabulary.</summary>
    Unchanged,
}
