namespace Steering.Analysis.Tuning;

/// <summary>What a strength is chosen by.</summary>
public enum StrengthGoal
{
    /// <summary>
    /// The mean KL(unsteered ‖ steered) of the next token reaches a number of nats: the fair ground on which methods are
    /// compared (Shafran et al., arXiv 2506.10920).
    /// </summary>
    Divergence,

    /// <summary>The loss of the texts reaches a number of nats a token (Chalnev et al., arXiv 2411.02193).</summary>
    Loss,

    /// <summary>The largest strength at which the accuracy of the next token stays above a share of the unsteered model's.</summary>
    Accuracy,
}
