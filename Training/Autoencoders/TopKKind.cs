using Steering.Saes;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>TopK: each token keeps its k largest pre-activations, as far as they are positive (arXiv 2406.04093).</summary>
/// <param name="settings">Its settings.</param>
public sealed class TopKKind(TopKSettings settings) : RankedKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.TopK;

    /// <inheritdoc/>
    public override RankedSettings Ranked => settings;

    /// <inheritdoc/>
    internal override Tensor Select(Tensor preActivations) => KeepLargest(preActivations, preActivations.relu(), (int)settings.K, 1);
}

/// <summary>Settings of <see cref="TopKKind"/>.</summary>
public sealed record TopKSettings : RankedSettings
{
    private protected override bool IsBatchWide => false;

    /// <inheritdoc/>
    public override SaeKind Create() => new TopKKind(this);
}
