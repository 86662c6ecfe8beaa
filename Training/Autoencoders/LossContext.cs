using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>What a loss depends on besides the parameters and the batch.</summary>
public sealed record LossContext
{
    /// <summary>Weight λ of the sparsity penalty at this step, after warm-up and control; kinds that keep a fixed number of latents ignore it.</summary>
    public double SparsityCoefficient { get; init; }

    /// <summary>[D] bool: the latents that count as dead, or null for none.</summary>
    public Tensor? Dead { get; init; }
}
