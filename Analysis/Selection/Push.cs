using System.Numerics.Tensors;
using Steering.Saes;

namespace Steering.Analysis.Selection;

/// <summary>A direction that is added to the residual stream or taken out of it: a feature's decoder row, or any other.</summary>
/// <param name="Direction">[d] in units of the activation.</param>
/// <param name="Largest">The activation that counts as full strength.</param>
/// <param name="Latent">The latent whose activation is taken out; null: the component along the direction is.</param>
public sealed record Push(ReadOnlyMemory<float> Direction, double Largest, int? Latent)
{
    /// <summary>Length of what is added at full strength.</summary>
    public double Length => Largest * TensorPrimitives.Norm(Direction.Span);

    /// <summary>A latent at its largest activation.</summary>
    /// <param name="autoencoder">The SAE.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="largest">Its largest activation.</param>
    public static Push Of(SparseAutoencoder autoencoder, int latent, double largest)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        return new Push(autoencoder.DecoderDirection(latent), largest, latent);
    }

    /// <summary>The same with another strength, so that it is as long as another push.</summary>
    /// <param name="length">Length at full strength.</param>
    public Push WithLength(double length) => this with { Largest = length / TensorPrimitives.Norm(Direction.Span) };

    /// <summary>Adds the direction to one token.</summary>
    /// <param name="row">[d] residual of the token.</param>
    /// <param name="activation">How much.</param>
    /// <param name="normalisation">How the SAE normalises tokens; its decoder's output is scaled back.</param>
    internal void Add(Span<float> row, double activation, InputNormalisation normalisation)
    {
        var scale = Latent is null ? 1 : TokenScale.Of(row, normalisation).Output;
        TensorPrimitives.MultiplyAdd<float>(Direction.Span, (float)(activation * scale), row, row);
    }

    /// <summary>Takes the direction out of one token.</summary>
    /// <param name="row">[d] residual of the token.</param>
    /// <param name="activation">Activation of the latent on it; not used where the push is no latent.</param>
    /// <param name="normalisation">As for <see cref="Add"/>.</param>
    internal void Remove(Span<float> row, double activation, InputNormalisation normalisation)
    {
        var direction = Direction.Span;
        var amount = Latent is null ? TensorPrimitives.Dot<float>(row, direction) / TensorPrimitives.Dot(direction, direction) : activation;
        if (amount != 0)
        {
            Add(row, -amount, normalisation);
        }
    }
}
