namespace Steering.Analysis.Erasure;

/// <summary>A way to remove a concept from what a model knows.</summary>
public enum RemovalMethod
{
    /// <summary>The concept's features are set to 0 wherever they are active.</summary>
    FullMask,

    /// <summary>They are set to 0 within the range that they have under the concept (NeuronLens, τ = 2).</summary>
    RangeMask,

    /// <summary>They are dampened within that range (NeuronLens, τ = 2, β = 0.125).</summary>
    Dampen,

    /// <summary>They are attenuated by posterior probability (APP, arXiv 2508.15094).</summary>
    Attenuate,

    /// <summary>One dense direction, the difference of the means of the concept's and the other texts, is taken out of the residual stream.</summary>
    DiffMean,

    /// <summary>The full mask on as many features drawn at random that fire about as often: the control, at the full mask's dose.</summary>
    Random,

    /// <summary>The model as it is, asked by a text before the question: no dose, so not matched.</summary>
    Prompting,
}
