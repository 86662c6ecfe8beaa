namespace Steering.Training.Autoencoders;

/// <summary>How parameters start.</summary>
public sealed record SaeInitialisation
{
    /// <summary>Seed of the decoder rows' directions.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The encoder starts as the decoder times this; null: 0.1 for kinds that keep a fixed number of latents (smaller
    /// activations at the start leave fewer latents dead), 1 for the others.
    /// </summary>
    public double? EncoderScale { get; init; }

    /// <summary>Norm of each decoder row; null: 1 where the kind keeps rows at norm 1, else 0.1 (Anthropic, April 2024).</summary>
    public double? DecoderNorm { get; init; }

    /// <summary>Where the decoder bias starts.</summary>
    public DecoderBiasStart DecoderBias { get; init; } = DecoderBiasStart.Mean;
}

/// <summary>Where the decoder bias starts.</summary>
public enum DecoderBiasStart
{
    /// <summary>At the mean of the first activations.</summary>
    Mean,

    /// <summary>At their geometric median, which outliers hardly move.</summary>
    GeometricMedian,

    /// <summary>At zero.</summary>
    Zero,
}
