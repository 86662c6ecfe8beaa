namespace Steering.Training.Autoencoders;

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
