using Steering.Saes;

namespace Steering.Training.Autoencoders;

/// <summary>BatchTopK: a batch keeps its k·tokens largest positive pre-activations, wherever they are (arXiv 2412.06410).</summary>
/// <param name="settings">Its settings.</param>
public sealed class BatchTopKKind(BatchTopKSettings settings) : BatchRankedKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.BatchTopK;

    /// <inheritdoc/>
    public override RankedSettings Ranked => settings;

    /// <inheritdoc/>
    public override double ThresholdRate => settings.ThresholdRate;
}
