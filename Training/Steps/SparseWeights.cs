using Steering.Training.Trainer;
using static TorchSharp.torch;

namespace Steering.Training.Steps;

/// <summary>The parameters of a sparse autoencoder and where they lie; keeps the tensors from being collected.</summary>
/// <param name="encoder">[D, d] fp32.</param>
/// <param name="encoderBias">[D].</param>
/// <param name="decoder">[D, d].</param>
/// <param name="decoderBias">[d].</param>
internal sealed unsafe class SparseWeights(Tensor encoder, Tensor encoderBias, Tensor decoder, Tensor decoderBias) : IDisposable
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

    /// <summary>Decoder rows in random directions, the encoder along them, the decoder bias at the mean of the inputs.</summary>
    public static SparseWeights Draw(TrainingOptions options, InputEstimate input)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)(uint)options.Seed, CPU);
        var directions = randn([options.LatentCount, input.Mean.Length], ScalarType.Float32, generator: generator);
        var decoder = directions / directions.norm(1, keepdim: true);
        var encoder = decoder * options.EncoderStart;
        return new SparseWeights(
            encoder.contiguous().DetachFromDisposeScope(),
            zeros([options.LatentCount], ScalarType.Float32).DetachFromDisposeScope(),
            decoder.contiguous().DetachFromDisposeScope(),
            tensor(input.Mean, ScalarType.Float32).DetachFromDisposeScope());
    }

    /// <summary>Zeros, [rows, width].</summary>
    public static Tensor Allocate(int rows, int width)
    {
        using var scope = NewDisposeScope();
        return zeros([rows, width], ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>The elements of a tensor.</summary>
    public static float[] Copy(Tensor tensor)
    {
        var values = new float[tensor.numel()];
        new ReadOnlySpan<float>(TensorMemory.Pointer(tensor), values.Length).CopyTo(values);
        return values;
    }

    public void Dispose()
    {
        EncoderTensor.Dispose();
        EncoderBiasTensor.Dispose();
        DecoderTensor.Dispose();
        DecoderBiasTensor.Dispose();
    }
}
