using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>What each latent did on a corpus, latent by latent.</summary>
public sealed class LatentStatistics
{
    private readonly long[] _fired;
    private readonly float[] _mean;

    internal LatentStatistics(SaeStatistics statistics, long[] fired, float[] mean)
    {
        Statistics = statistics;
        _fired = fired;
        _mean = mean;
    }

    /// <summary>Largest activations and firing frequencies, as steering's strengths use them.</summary>
    public SaeStatistics Statistics { get; }

    /// <summary>Number of latents D.</summary>
    public int Count => _fired.Length;

    /// <summary>[D] number of tokens on which each latent was active.</summary>
    public ReadOnlySpan<long> Fired => _fired;

    /// <summary>[D] mean activation of each latent over the tokens on which it was active; 0 where it never was.</summary>
    public ReadOnlySpan<float> MeanActivation => _mean;

    /// <summary>[D] largest activation of each latent; 0 where it was never positive.</summary>
    public ReadOnlySpan<float> MaxActivation => Statistics.MaxActivation.Span;
}
