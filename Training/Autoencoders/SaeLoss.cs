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
