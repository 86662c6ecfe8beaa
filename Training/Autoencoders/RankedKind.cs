using Steering.Saes;
using Steering.Training.Kernels;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>What the kinds that keep a fixed number of latents have in common: encoder, decoder and the loss of dead latents.</summary>
public abstract class RankedKind : SaeKind
{
    private protected RankedKind()
    {
    }

    /// <summary>Active latents a token, dead latents and their weight.</summary>
    public abstract RankedSettings Ranked { get; }

    /// <inheritdoc/>
    public sealed override SaeKindSettings Settings => Ranked;

    private protected override double DefaultEncoderScale => 0.1;

    /// <inheritdoc/>
    public override SaeLoss Loss(SaeWeights weights, Tensor x, LossContext context)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var pass = new RankedPass(this, weights, x, context);
        var terms = new List<LossTerm>();
        AddErrors(pass, terms);
        if (Ranked.Auxiliary.Coefficient > 0)
        {
            terms.Add(new LossTerm(LossTerm.Auxiliary, Auxiliary(pass)));
        }

        return SaeLoss.Of(terms, pass.Activations, pass.Reconstruction);
    }

    /// <summary>Keeps the largest pre-activations and sets all others to zero.</summary>
    /// <param name="preActivations">[tokens, D].</param>
    internal abstract Tensor Select(Tensor preActivations);

    /// <summary>What a pre-activation counts when dead latents are ranked.</summary>
    internal virtual Tensor RankOfDead(Tensor preActivations) => preActivations;

    /// <summary>What a dead latent that was chosen decodes with.</summary>
    internal virtual Tensor ActivationOfDead(Tensor preActivations) => preActivations.relu();

    private protected virtual void AddErrors(RankedPass pass, List<LossTerm> terms) =>
        terms.Add(new LossTerm(LossTerm.SquaredError, MeanSquare(pass.Reconstruction - pass.Input)));

    private protected virtual Tensor Auxiliary(RankedPass pass) =>
        DeadLatents.Loss(pass, pass.Reconstruction, 0, pass.Weights.LatentCount);

    private protected override SaeParameters Complete(SaeParameters parameters, SaeWeights weights, double threshold) =>
        parameters with { K = (int)Ranked.K, RescaleByDecoderNorm = Ranked.RescaleByDecoderNorm };

    /// <summary>[entries] of the flat tensor kept, the rest zero.</summary>
    private protected static Tensor KeepLargest(Tensor ranks, Tensor values, int count, long dimension)
    {
        var (_, indices) = ranks.detach().topk(count, (int)dimension, largest: true, sorted: false);
        return zeros_like(values).scatter(dimension, indices, values.gather(dimension, indices));
    }
}

/// <summary>Settings of the kinds that keep a fixed number of latents.</summary>
public abstract record RankedSettings : SaeKindSettings
{
    /// <summary>Active latents a token; on average, and possibly fractional, for BatchTopK and Matryoshka.</summary>
    public double K { get; init; } = 32;

    /// <summary>
    /// Whether pre-activations are multiplied by the norm of their decoder row before they are ranked, and divided by it in
    /// the decoder. Says nothing where rows are kept at norm 1.
    /// </summary>
    public bool RescaleByDecoderNorm { get; init; }

    /// <summary>The auxiliary loss.</summary>
    public AuxiliarySettings Auxiliary { get; init; } = new();

    /// <summary>Whether k may be fractional.</summary>
    private protected abstract bool IsBatchWide { get; }

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        Auxiliary.Validate();
        if (!(K > 0 && K <= latents) || (!IsBatchWide && K != Math.Floor(K)))
        {
            throw new SteeringException($"k is {K}, but must be {(IsBatchWide ? "a positive number" : "a whole number from 1")} up to the number of latents, {latents}.");
        }
    }
}

/// <summary>A selection over the whole batch in training, for which a threshold stands at inference.</summary>
public abstract class BatchRankedKind : RankedKind
{
    private protected BatchRankedKind()
    {
    }

    /// <summary>Share of the newest batch in the running threshold.</summary>
    public abstract double ThresholdRate { get; }

    /// <inheritdoc/>
    internal override Tensor Select(Tensor preActivations)
    {
        var flat = preActivations.relu().flatten();
        return KeepLargest(flat, flat, BatchSelection.Kept(Ranked.K, (int)preActivations.shape[0]), 0).reshape(preActivations.shape);
    }

    private protected override SaeParameters Complete(SaeParameters parameters, SaeWeights weights, double threshold)
    {
        var thresholds = new float[weights.LatentCount];
        thresholds.AsSpan().Fill((float)threshold);
        return parameters with { Threshold = thresholds, RescaleByDecoderNorm = Ranked.RescaleByDecoderNorm };
    }
}
