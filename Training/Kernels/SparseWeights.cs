using static TorchSharp.torch;

namespace Steering.Training.Kernels;

/// <summary>Where the parameters of a sparse autoencoder lie; keeps the tensors from being collected. They stay the caller's.</summary>
/// <param name="encoder">[D, d].</param>
/// <param name="encoderBias">[D].</param>
/// <param name="decoder">[D, d].</param>
/// <param name="decoderBias">[d].</param>
internal sealed unsafe class SparseWeights(Tensor encoder, Tensor encoderBias, Tensor decoder, Tensor decoderBias)
{
    private readonly Tensor[] _held = [encoderBias, decoder, decoderBias];

    /// <summary>[D, d].</summary>
    public Tensor EncoderTensor { get; } = encoder;

    /// <summary>[D, d].</summary>
    public float* Encoder { get; } = TensorMemory.Pointer(encoder);

    /// <summary>[D].</summary>
    public float* EncoderBias { get; } = TensorMemory.Pointer(encoderBias);

    /// <summary>[D, d].</summary>
    public float* Decoder { get; } = TensorMemory.Pointer(decoder);

    /// <summary>[d].</summary>
    public float* DecoderBias { get; } = TensorMemory.Pointer(decoderBias);
}
