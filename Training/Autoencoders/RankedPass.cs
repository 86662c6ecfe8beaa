using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>One forward pass of a <see cref="RankedKind"/>.</summary>
internal sealed class RankedPass
{
    private readonly TokenNormaliser _normaliser;
    private readonly Tensor? _inverseNorm;

    public RankedPass(RankedKind kind, SaeWeights weights, Tensor x, LossContext context)
    {
        (Kind, Weights, Input, Context) = (kind, weights, x, context);
        _normaliser = new TokenNormaliser(x, kind.Ranked.Normalisation);
        var centred = kind.Ranked.SubtractDecoderBias ? _normaliser.Input - weights.DecoderBias : _normaliser.Input;
        PreActivations = centred.matmul(weights.Encoder.t()) + weights.EncoderBias!;
        if (kind.Ranked.RescaleByDecoderNorm)
        {
            var norm = weights.Decoder.norm(1);
            PreActivations = PreActivations * norm;
            _inverseNorm = norm.reciprocal();
        }

        Activations = kind.Select(PreActivations);
        Reconstruction = Undo(Decode(Activations, 0, weights.LatentCount) + weights.DecoderBias);
    }

    public RankedKind Kind { get; }

    public SaeWeights Weights { get; }

    public LossContext Context { get; }

    /// <summary>[tokens, d].</summary>
    public Tensor Input { get; }

    /// <summary>[tokens, D], as they are ranked.</summary>
    public Tensor PreActivations { get; }

    /// <summary>[tokens, D].</summary>
    public Tensor Activations { get; }

    /// <summary>[tokens, d] in the units of the input.</summary>
    public Tensor Reconstruction { get; }

    /// <summary>Product of activations of the latents from first to end with their decoder rows; no bias, in the encoder's units.</summary>
    /// <param name="activations">[tokens, end − first].</param>
    /// <param name="first">First latent.</param>
    /// <param name="end">Latent after the last.</param>
    public Tensor Decode(Tensor activations, int first, int end)
    {
        var scaled = _inverseNorm is null ? activations : activations * _inverseNorm.slice(0, first, end, 1);
        return scaled.matmul(Weights.Decoder.slice(0, first, end, 1));
    }

    /// <summary>A reconstruction in the units of the input.</summary>
    public Tensor Undo(Tensor reconstruction) => _normaliser.Undo(reconstruction);

    /// <summary>A difference of reconstructions in the units of the input.</summary>
    public Tensor UndoScale(Tensor difference) => _normaliser.UndoScale(difference);
}
