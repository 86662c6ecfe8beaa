using Steering.Decoding;

namespace Steering.Training.Kernels;

/// <summary>Gradients of a sparse step. Rows of latents that took no part are not written; <see cref="Touched"/> says which count.</summary>
internal sealed unsafe class SparseGradients(int latents, int width) : IDisposable
{
    private readonly NativeBuffer<float> _encoder = new(checked(latents * width));
    private readonly NativeBuffer<float> _decoder = new(checked(latents * width));
    private readonly NativeBuffer<float> _encoderBias = new(latents);
    private readonly NativeBuffer<float> _decoderBias = new(width);

    /// <summary>[D, d].</summary>
    public float* Encoder => (float*)_encoder.Address;

    /// <summary>[D, d], already without the part parallel to the decoder row.</summary>
    public float* Decoder => (float*)_decoder.Address;

    /// <summary>[D].</summary>
    public float* EncoderBias => (float*)_encoderBias.Address;

    /// <summary>[d].</summary>
    public float* DecoderBias => (float*)_decoderBias.Address;

    /// <summary>[D] whether a latent was active on any token; the gradients of the others are 0.</summary>
    public bool[] Touched { get; } = new bool[latents];

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        _encoderBias.Dispose();
        _decoderBias.Dispose();
    }
}
