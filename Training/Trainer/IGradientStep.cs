using Steering.Training.Autoencoders;
using Steering.Training.Optimisation;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>How one step's gradients are had and followed; owns the optimiser's moments, not the weights.</summary>
internal interface IGradientStep : IDisposable
{
    /// <summary>Moments by the names of <see cref="SaeWeights.Named"/>.</summary>
    IReadOnlyDictionary<string, AdamMoments> Moments { get; }

    /// <summary>Computes loss and gradients; the weights stay as they are.</summary>
    /// <param name="batch">[batch, d] in the scale of training.</param>
    /// <param name="dead">Latents that count as dead, ascending.</param>
    /// <param name="sparsity">Weight λ of the sparsity penalty.</param>
    GradientStepResult Compute(Tensor batch, int[] dead, double sparsity);

    /// <summary>Moves the weights along the gradients computed last.</summary>
    /// <param name="kernel">Constants of this step.</param>
    /// <param name="scale">Factor on the gradients (clipping).</param>
    void Update(AdamKernel kernel, float scale);

    /// <summary>Whether a latent was active on any token of the batch computed last.</summary>
    bool WasActive(int latent);
}

/// <summary>What one step found.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="SquaredError">Mean over tokens of Σ_d (x̂ − x)², of the whole dictionary.</param>
/// <param name="ActiveCount">Active latents over all tokens.</param>
/// <param name="SmallestActivation">Smallest positive activation; infinite where there was none.</param>
/// <param name="GradientNorm">Euclidean norm of all gradients together.</param>
internal readonly record struct GradientStepResult(double Loss, double SquaredError, long ActiveCount, float SmallestActivation, double GradientNorm);
