namespace Steering.Training.Kernels;

/// <summary>What a sparse step computes; see <see cref="SparseStep"/> for the formulas.</summary>
internal sealed record SparseStepOptions
{
    /// <summary>Which pre-activations become activations.</summary>
    public required SparseSelection Selection { get; init; }

    /// <summary>Active latents a token; may be fractional for <see cref="SparseSelection.BatchTopK"/>.</summary>
    public required double K { get; init; }

    /// <summary>Whether the decoder bias is subtracted from the input.</summary>
    public bool SubtractDecoderBias { get; init; } = true;

    /// <summary>Ends of the nested prefixes in ascending order, the last is D; a plain autoencoder has just D.</summary>
    public required IReadOnlyList<int> Prefixes { get; init; }

    /// <summary>Weight of each prefix's squared error.</summary>
    public required IReadOnlyList<float> PrefixWeights { get; init; }

    /// <summary>Dead latents that reconstruct the error of a token at most (AuxK).</summary>
    public int AuxiliaryLatents { get; init; }

    /// <summary>Weight of the auxiliary loss beside the squared error.</summary>
    public float AuxiliaryCoefficient { get; init; }
}

/// <summary>What one step found.</summary>
/// <param name="SquaredError">Mean over tokens of Σ_d (x̂ − x)², the weighted sum over prefixes where there are several.</param>
/// <param name="FullSquaredError">The same of the whole dictionary alone.</param>
/// <param name="AuxiliaryLoss">The auxiliary term as it enters the loss; 0 without dead latents.</param>
/// <param name="ActiveCount">Active latents over all tokens.</param>
/// <param name="SmallestActivation">Smallest positive activation kept; what a threshold at inference is estimated from. Infinite where nothing was active.</param>
/// <param name="GradientNorm">Euclidean norm of all gradients together.</param>
internal readonly record struct SparseStepResult(
    double SquaredError,
    double FullSquaredError,
    double AuxiliaryLoss,
    long ActiveCount,
    float SmallestActivation,
    double GradientNorm)
{
    /// <summary>The loss.</summary>
    public double Loss => SquaredError + AuxiliaryLoss;
}

/// <summary>Which pre-activations become activations in a sparse step.</summary>
internal enum SparseSelection
{
    /// <summary>The k largest of each token, where positive (arXiv 2406.04093).</summary>
    TopK,

    /// <summary>The k of largest magnitude of each token, with their sign (arXiv 2510.00404).</summary>
    AbsTopK,

    /// <summary>The k·B largest of the whole batch of B tokens, where positive (arXiv 2412.06410).</summary>
    BatchTopK,
}
