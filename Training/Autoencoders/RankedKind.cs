using Steering.Saes;
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
