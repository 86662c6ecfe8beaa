namespace Steering.Training.Autoencoders;

/// <summary>What a JumpReLU autoencoder pays for active latents.</summary>
public enum JumpReluPenalty
{
    /// <summary>Their number, λ·Σ H(z − θ), whose slope is estimated in a window around the threshold (arXiv 2407.14435).</summary>
    Step,

    /// <summary>λ·Σ tanh(c·f·‖w‖), which large activations do not feel (Anthropic, January 2025).</summary>
    Tanh,
}
