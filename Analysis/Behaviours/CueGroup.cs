namespace Steering.Analysis.Behaviours;

/// <summary>Why a latent is tested.</summary>
public enum CueGroup
{
    /// <summary>It belongs to the behaviour alone.</summary>
    Behaviour,

    /// <summary>Control: it would belong to the behaviour if the labels of the steps were dealt out anew.</summary>
    Shuffled,

    /// <summary>Control: drawn from the latents that fire at delimiters.</summary>
    Random,
}
