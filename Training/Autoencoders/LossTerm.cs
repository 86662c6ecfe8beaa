using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

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
