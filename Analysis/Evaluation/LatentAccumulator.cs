using System.Globalization;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Counts what latents did: how many were active on each token (exactly, as a histogram) and, latent by latent, how often,
/// how strongly and how strongly at most. Not thread-safe.
/// </summary>
internal sealed class LatentAccumulator
{
    private readonly SparseAutoencoder _autoencoder;
    private readonly MaxActivationAccumulator _maxima;
    private readonly double[] _sum;
    private readonly long[] _fired;
    private readonly Dictionary<int, long> _active = [];
    private long _tokens;

    /// <summary>Creates empty counts.</summary>
    /// <param name="autoencoder">The autoencoder whose activations are counted.</param>
    public LatentAccumulator(SparseAutoencoder autoencoder)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        _autoencoder = autoencoder;
        _maxima = new MaxActivationAccumulator(autoencoder);
        _sum = new double[autoencoder.LatentCount];
        _fired = new long[autoencoder.LatentCount];
    }

    /// <summary>Adds tokens that count.</summary>
    /// <param name="activations">Their active latents.</param>
    /// <param name="leftOut">Tokens left out beside them.</param>
    /// <exception cref="SteeringException">The activations are of another number of latents.</exception>
    public void Add(SparseActivations activations, int leftOut)
    {
        ArgumentNullException.ThrowIfNull(activations);
        _maxima.Add(activations, leftOut);
        for (var token = 0; token < activations.Tokens; token++)
        {
            var indices = activations.Indices(token);
            var values = activations.Values(token);
            _active[indices.Length] = _active.GetValueOrDefault(indices.Length) + 1;
            for (var i = 0; i < indices.Length; i++)
            {
                _sum[indices[i]] += values[i];
                _fired[indices[i]]++;
            }
        }

        _tokens += activations.Tokens;
    }

    /// <summary>What each latent did.</summary>
    /// <param name="corpus">What the text was, in words, or null.</param>
    /// <exception cref="SteeringException">No token was counted.</exception>
    public LatentStatistics ToStatistics(string? corpus)
    {
        var mean = new float[_sum.Length];
        for (var latent = 0; latent < mean.Length; latent++)
        {
            mean[latent] = _fired[latent] == 0 ? 0 : (float)(_sum[latent] / _fired[latent]);
        }

        return new LatentStatistics(_maxima.ToStatistics(corpus), [.. _fired], mean);
    }

    /// <summary>How sparse the activations are.</summary>
    /// <param name="rareDensity">Latents that fired on a smaller share of the tokens are rare.</param>
    /// <exception cref="SteeringException">No token was counted.</exception>
    public SparsityMetrics ToMetrics(double rareDensity)
    {
        if (_tokens == 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_autoencoder.Source}: no token was counted, so sparsity cannot be said. Give longer texts, or leave out fewer tokens."));
        }

        var counts = _active.OrderBy(pair => pair.Key).ToArray();
        var mean = counts.Sum(pair => (double)pair.Key * pair.Value) / _tokens;
        var variance = counts.Sum(pair => (pair.Key - mean) * (pair.Key - mean) * pair.Value) / _tokens;
        var dead = _fired.Count(fired => fired == 0);
        return new SparsityMetrics
        {
            ActiveMean = mean,
            ActiveDeviation = Math.Sqrt(variance),
            Active5 = Percentile(counts, 0.05),
            ActiveMedian = Percentile(counts, 0.5),
            Active95 = Percentile(counts, 0.95),
            ActiveMaximum = counts[^1].Key,
            Dead = dead,
            Rare = _fired.Count(fired => fired > 0 && fired < rareDensity * _tokens),
            RareDensity = rareDensity,
            Dense = _fired.Count(fired => fired > SparsityMetrics.DenseDensity * _tokens),
            Densities = DensityHistogram.Of(_fired, _tokens),
        };
    }

    /// <summary>The smallest count that at least the given share of the tokens do not exceed (nearest rank).</summary>
    private int Percentile(KeyValuePair<int, long>[] counts, double share)
    {
        var seen = 0L;
        foreach (var (active, tokens) in counts)
        {
            seen += tokens;
            if (seen >= share * _tokens)
            {
                return active;
            }
        }

        return counts[^1].Key;
    }
}

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
