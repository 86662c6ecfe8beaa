using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>Keeps decoder rows at norm 1: the part of the gradient along a row is removed before the step, the row is scaled back after it.</summary>
public static class DecoderNorm
{
    /// <summary>Removes from each row of the gradient what would only change the row's length: g ← g − ⟨g, w⟩·w.</summary>
    /// <param name="decoder">[D, d], rows of norm 1.</param>
    /// <param name="gradient">[D, d], changed in place.</param>
    public static void RemoveParallel(Tensor decoder, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(gradient);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var along = (gradient * decoder).sum([1L], keepdim: true);
        _ = gradient.addcmul_(along, decoder, -1);
    }

    /// <summary>Scales each row to norm 1, in place; a row of zeros stays.</summary>
    /// <param name="decoder">[D, d].</param>
    public static void Normalise(Tensor decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        _ = decoder.div_(decoder.norm(1, keepdim: true).clamp_min(HeldScalars.Tiny));
    }
}
