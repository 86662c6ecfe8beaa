using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>The auxiliary loss of dead latents (AuxK); see <see cref="AuxiliaryForm"/>.</summary>
internal static class DeadLatents
{
    /// <summary>The term for the dead latents from first to end and the error that a reconstruction leaves.</summary>
    /// <param name="pass">The forward pass.</param>
    /// <param name="reconstruction">[tokens, d] what is reconstructed without them.</param>
    /// <param name="first">First latent.</param>
    /// <param name="end">Latent after the last.</param>
    /// <returns>[] coefficient included; zero where none of them is dead.</returns>
    public static Tensor Loss(RankedPass pass, Tensor reconstruction, int first, int end)
    {
        var settings = pass.Kind.Ranked.Auxiliary;
        var dead = pass.Context.Dead?.slice(0, first, end, 1);
        var count = dead is null ? 0 : (int)dead.sum().item<long>();
        if (count == 0)
        {
            return zeros([], ScalarType.Float32);
        }

        var error = (pass.Input - reconstruction).detach();
        var each = settings.LatentsFor(pass.Weights.HiddenSize);
        var pre = pass.PreActivations.slice(1, first, end, 1);
        var ranks = pass.Kind.RankOfDead(pre).detach().masked_fill(dead!.logical_not(), HeldScalars.NegativeInfinity);
        var (_, chosen) = ranks.topk(Math.Min(each, count), 1, largest: true, sorted: false);
        var values = pre.gather(1, chosen);
        values = settings.Form == AuxiliaryForm.SaeLens ? values : pass.Kind.ActivationOfDead(values);
        var decoded = pass.Decode(zeros_like(pre).scatter(1, chosen, values), first, end);
        var remade = settings.Form == AuxiliaryForm.SaeLens ? decoded : pass.UndoScale(decoded);
        using TorchSharp.Scalar scale = settings.Coefficient * Math.Min((double)count / each, 1);
        return (remade - error).Squared().sum([-1L]).mean().mul(scale);
    }
}
