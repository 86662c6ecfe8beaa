using Steering.Training.Optimisation;
using TorchSharp;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// The parameters of an autoencoder in training: contiguous fp32 tensors on the CPU, outside any dispose scope. Encoder and
/// decoder both hold one row a latent.
/// </summary>
public sealed class SaeWeights : IDisposable
{
    /// <summary>Takes the tensors over.</summary>
    /// <param name="encoder">[D, d].</param>
    /// <param name="decoder">[D, d].</param>
    /// <param name="decoderBias">[d].</param>
    /// <exception cref="ArgumentException">A tensor has another shape, element type, place or layout.</exception>
    public SaeWeights(Tensor encoder, Tensor decoder, Tensor decoderBias)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(decoderBias);
        LatentCount = checked((int)decoder.shape[0]);
        HiddenSize = checked((int)decoder.shape[1]);
        Encoder = Own(encoder, nameof(encoder), LatentCount, HiddenSize);
        Decoder = Own(decoder, nameof(decoder), LatentCount, HiddenSize);
        DecoderBias = Own(decoderBias, nameof(decoderBias), HiddenSize);
    }

    /// <summary>Number of latents D.</summary>
    public int LatentCount { get; }

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize { get; }

    /// <summary>[D, d] encoder.</summary>
    public Tensor Encoder { get; }

    /// <summary>[D, d] decoder.</summary>
    public Tensor Decoder { get; }

    /// <summary>[d] decoder bias.</summary>
    public Tensor DecoderBias { get; }

    /// <summary>[D] encoder bias; null for Gated.</summary>
    public Tensor? EncoderBias { get; init => field = Vector(value, nameof(EncoderBias)); }

    /// <summary>[D] thresholds θ themselves, not their logarithms; JumpReLU only. Values below zero stand for zero.</summary>
    public Tensor? Threshold { get; init => field = Vector(value, nameof(Threshold)); }

    /// <summary>[D] bias of the gate; Gated only.</summary>
    public Tensor? GateBias { get; init => field = Vector(value, nameof(GateBias)); }

    /// <summary>[D] bias of the magnitude; Gated only.</summary>
    public Tensor? MagnitudeBias { get; init => field = Vector(value, nameof(MagnitudeBias)); }

    /// <summary>[D] natural logarithm of the magnitude's scale; Gated only.</summary>
    public Tensor? MagnitudeLogScale { get; init => field = Vector(value, nameof(MagnitudeLogScale)); }

    /// <summary>Every tensor that there is with its name, always in the same order.</summary>
    public IEnumerable<(string Name, Tensor Value)> Named => All().Where(pair => pair.Value is not null).Select(pair => (pair.Name, pair.Value!));

    /// <summary>Says whether <see cref="SaeKind.Loss"/> is to be followed by a backward pass.</summary>
    public void RequireGradients(bool required) => ParameterGradients.Require(Named, required);

    /// <summary>Forgets the gradients of the last backward pass.</summary>
    public void ZeroGradients() => ParameterGradients.Clear(Named);

    /// <summary>A copy with memory of its own and no gradients.</summary>
    public SaeWeights Clone()
    {
        static Tensor Copy(Tensor tensor) => tensor.detach().clone();
        static Tensor? CopyIfAny(Tensor? tensor) => tensor is null ? null : Copy(tensor);
        return new SaeWeights(Copy(Encoder), Copy(Decoder), Copy(DecoderBias))
        {
            EncoderBias = CopyIfAny(EncoderBias),
            Threshold = CopyIfAny(Threshold),
            GateBias = CopyIfAny(GateBias),
            MagnitudeBias = CopyIfAny(MagnitudeBias),
            MagnitudeLogScale = CopyIfAny(MagnitudeLogScale),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Named)
        {
            tensor.Dispose();
        }
    }

    private static Tensor Own(Tensor tensor, string name, params long[] shape)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(shape) || tensor.dtype != ScalarType.Float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException($"A contiguous fp32 tensor [{string.Join(", ", shape)}] on the CPU was expected, not {tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device_type}.", name);
        }

        return tensor.DetachFromDisposeScope();
    }

    private Tensor? Vector(Tensor? tensor, string name) => tensor is null ? null : Own(tensor, name, LatentCount);

    private IEnumerable<(string Name, Tensor? Value)> All() =>
    [
        ("encoder", Encoder),
        ("encoder_bias", EncoderBias),
        ("decoder", Decoder),
        ("decoder_bias", DecoderBias),
        ("threshold", Threshold),
        ("gate_bias", GateBias),
        ("magnitude_bias", MagnitudeBias),
        ("magnitude_log_scale", MagnitudeLogScale),
    ];
}
