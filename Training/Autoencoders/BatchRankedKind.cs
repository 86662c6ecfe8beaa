using Steering.Saes;
using Steering.Training.Kernels;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>A selection over the whole batch in training, for which a threshold stands at inference.</summary>
public abstract class BatchRankedKind : RankedKind
{
    private protected BatchRankedKind()
    {
    }

    /// <summary>Share of the newest batch in the running threshold.</summary>
    public abstract double ThresholdRate { get; }

    /// <inheritdoc/>
    internal override Tensor Select(Tensor preActivations)
    {
        var flat = preActivations.relu().flatten();
        return KeepLargest(flat, flat, BatchSelection.Kept(Ranked.K, (int)preActivations.shape[0]), 0).reshape(preActivations.shape);
    }

    private protected override SaeParameters Complete(SaeParameters parameters, SaeWeights weights, double threshold)
    {
        var thresholds = new float[weights.LatentCount];
        thresholds.AsSpan().Fill((float)threshold);
        return parameters with { Threshold = thresholds, RescaleByDecoderNorm = Ranked.RescaleByDecoderNorm };
    }
}
