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
