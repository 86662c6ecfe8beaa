using Steering.Training.Architectures;

namespace Steering.Training.Steps;

/// <summary>Where the parameters of a sparse autoencoder lie; keeps the tensors from being collected.</summary>
/// <param name="weights">The parameters; they stay the caller's.</param>
internal sealed unsafe class SparseWeights(SaeWeights weights)
{
    /// <summary>The tensors.</summary>
    public SaeWeights Tensors { get; } = weights;

    /// <summary>[D, d].</summary>
    public float* Encoder { get; } = TensorMemory.Pointer(weights.Encoder);

    /// <summary>[D].</summary>
    public float* EncoderBias { get; } = TensorMemory.Pointer(weights.EncoderBias!);

    /// <summary>[D, d].</summary>
    public float* Decoder { get; } = TensorMemory.Pointer(weights.Decoder);

    /// <summary>[d].</summary>
    public float* DecoderBias { get; } = TensorMemory.Pointer(weights.DecoderBias);
}
