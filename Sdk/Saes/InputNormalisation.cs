namespace Steering.Saes;

/// <summary>What is done to a token's residual before it is encoded, and undone after it is decoded.</summary>
public enum InputNormalisation
{
    /// <summary>Nothing per token. One global factor, where there is one, is folded into the weights.</summary>
    None,

    /// <summary>x·√d/‖x‖₂: SAELens' <c>constant_norm_rescale</c>.</summary>
    ConstantNorm,

    /// <summary>(x − mean)/(deviation + 1e-5), deviation with d − 1 in the denominator: SAELens' <c>layer_norm</c>.</summary>
    LayerNorm,
}
