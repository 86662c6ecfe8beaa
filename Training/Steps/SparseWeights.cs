using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Steps;

/// <summary>The parameters of a sparse autoencoder and where they lie; keeps the tensors from being collected.</summary>
/// <param name="encoder">[D, d] fp32.</param>
/// <param name="encoderBias">[D].</param>
/// <param name="decoder">[D, d].</param>
/// <param name="decoderBias">[d].</param>
internal sealed unsafe class SparseWeights(Tensor encoder, Tensor encoderBias, Tensor decoder, Tensor decoderBias)
{
    /// <summary>[D, d].</summary>
    public Tensor EncoderTensor { get; } = encoder;

    /// <summary>[D].</summary>
    public Tensor EncoderBiasTensor { get; } = encoderBias;

    /// <summary>[D, d].</summary>
    public Tensor DecoderTensor { get; } = decoder;

    /// <summary>[d].</summary>
    public Tensor DecoderBiasTensor { get; } = decoderBias;

    /// <summary>[D, d].</summary>
    public float* Encoder { get; } = TensorMemory.Pointer(encoder);

    /// <summary>[D].</summary>
    public float* EncoderBias { get; } = TensorMemory.Pointer(encoderBias);

    /// <summary>[D, d].</summary>
    public float* Decoder { get; } = TensorMemory.Pointer(decoder);

    /// <summary>[d].</summary>
    public float* DecoderBias { get; } = TensorMemory.Pointer(decoderBias);
}
