using Steering.Saes;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>AbsTopK: each token keeps the k pre-activations of largest absolute value, with their sign (arXiv 2510.00404).</summary>
/// <param name="settings">Its settings.</param>
public sealed class AbsTopKKind(AbsTopKSettings settings) : RankedKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.AbsTopK;

    /// <inheritdoc/>
    public override RankedSettings Ranked => settings;

    /// <inheritdoc/>
    internal override Tensor Select(Tensor preActivations) => KeepLargest(preActivations.abs(), preActivations, (int)settings.K, 1);

    /// <inheritdoc/>
    internal override Tensor RankOfDead(Tensor preActivations) => preActivations.abs();

    /// <inheritdoc/>
    internal override Tensor ActivationOfDead(Tensor preActivations) => preActivations;
}

/// <summary>Settings of <see cref="AbsTopKKind"/>.</summary>
public sealed record AbsTopKSettings : RankedSettings
{
    private protected override bool IsBatchWide => false;

    /// <inheritdoc/>
    public override SaeKind Create() => new AbsTopKKind(this);
}
