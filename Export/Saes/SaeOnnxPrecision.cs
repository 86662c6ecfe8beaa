namespace Steering.Export.Saes;

/// <summary>How the matrices of an exported autoencoder are stored. Inputs, outputs, biases, thresholds and arithmetic are fp32 in either.</summary>
public enum SaeOnnxPrecision
{
    /// <summary>fp32: as exact as our own encoder.</summary>
    Float32,

    /// <summary>fp16: half the size. Every weight is rounded once, by at most 2⁻¹¹ of itself.</summary>
    Float16,
}
