using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>Result of a forward pass. The tensors belong to the dispose scope of the caller, or to the caller where there is none.</summary>
/// <param name="Total">[] sum of the terms; what is differentiated.</param>
/// <param name="Terms">The addends.</param>
/// <param name="Activations">[tokens, D] activations f, zero where a latent is inactive.</param>
/// <param name="Reconstruction">[tokens, d] reconstruction x̂ in the units of the input.</param>
public sealed record SaeLoss(Tensor Total, IReadOnlyList<LossTerm> Terms, Tensor Activations, Tensor Reconstruction) : IDisposable
{
    /// <summary>Value of a term, or null where the kind has none of that name.</summary>
    public double? Term(string name)
    {
        foreach (var term in Terms)
        {
            if (term.Name == name)
            {
                return term.Value.item<float>();
            }
        }

        return null;
    }

    /// <summary>Sums terms and hands the results out of the innermost dispose scope.</summary>
    internal static SaeLoss Of(IReadOnlyList<LossTerm> terms, Tensor activations, Tensor reconstruction)
    {
        var total = terms[0].Value.clone();
        for (var index = 1; index < terms.Count; index++)
        {
            total = total + terms[index].Value;
        }

        foreach (var term in terms)
        {
            _ = term.Value.MoveToOuterDisposeScope();
        }

        return new SaeLoss(total.MoveToOuterDisposeScope(), terms, activations.MoveToOuterDisposeScope(), reconstruction.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var term in Terms)
        {
            term.Value.Dispose();
        }

        Total.Dispose();
        Activations.Dispose();
        Reconstruction.Dispose();
    }
}

/// <summary>What a loss depends on besides the parameters and the batch.</summary>
public sealed record LossContext
{
    /// <summary>Weight λ of the sparsity penalty at this step, after warm-up and control; kinds that keep a fixed number of latents ignore it.</summary>
    public double SparsityCoefficient { get; init; }

    /// <summary>[D] bool: the latents that count as dead, or null for none.</summary>
    public Tensor? Dead { get; init; }
}

/// <summary>One addend of a loss, as it enters the sum.</summary>
/// <param name="Name">The name it has in SAELens: <c>mse_loss</c>, <c>l1_loss</c>, <c>l0_loss</c>, <c>pre_act_loss</c>, <c>auxiliary_reconstruction_loss</c>, <c>inner_mse_loss_{width}</c>.</param>
/// <param name="Value">[] its value.</param>
public sealed record LossTerm(string Name, Tensor Value)
{
    /// <summary>Mean over tokens of Σ_d (x̂ − x)².</summary>
    public const string SquaredError = "mse_loss";

    /// <summary>Penalty on the activations' size.</summary>
    public const string L1 = "l1_loss";

    /// <summary>Penalty on the number of active latents.</summary>
    public const string L0 = "l0_loss";

    /// <summary>Penalty that draws the pre-activations of dead latents up to their thresholds.</summary>
    public const string PreActivation = "pre_act_loss";

    /// <summary>What the dead latents (TopK family) or the gates (Gated) make of the input.</summary>
    public const string Auxiliary = "auxiliary_reconstruction_loss";

    /// <summary>Squared error of a prefix of the latents, followed by its width.</summary>
    public const string Prefix = "inner_mse_loss_";
}
