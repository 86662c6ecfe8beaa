using System.Buffers;
using System.Globalization;

namespace Steering.Saes;

/// <summary>
/// Runs residual streams through an autoencoder and keeps each latent's largest activation and how often it fired.
/// Not thread-safe: one accumulator a stream of sequences.
/// </summary>
/// <param name="autoencoder">The autoencoder.</param>
/// <param name="exclusion">Tokens left out; null: position 0 and massive activations.</param>
public sealed class MaxActivationAccumulator(SparseAutoencoder autoencoder, TokenExclusion? exclusion = null)
{
    private readonly SparseAutoencoder _autoencoder = autoencoder ?? throw new ArgumentNullException(nameof(autoencoder));
    private readonly TokenExclusion _exclusion = exclusion ?? TokenExclusion.Default;
    private readonly float[] _max = new float[autoencoder?.LatentCount ?? 0];
    private readonly long[] _fired = new long[autoencoder?.LatentCount ?? 0];
    private long _tokens;
    private long _leftOut;

    /// <summary>Adds the residual stream of one sequence at the autoencoder's site.</summary>
    /// <param name="residuals">[T, d], from the sequence's first token on.</param>
    /// <param name="tokens">T.</param>
    /// <exception cref="SteeringException">A size that does not fit, or a number that is not finite.</exception>
    public void Add(ReadOnlySpan<float> residuals, int tokens)
    {
        var width = _autoencoder.HiddenSize;
        if (tokens < 0 || residuals.Length != (long)tokens * width)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_autoencoder.Source}: residuals has {residuals.Length} numbers, expected {tokens} tokens × {width}."));
        }

        var kept = _exclusion.Kept(residuals, tokens, width);
        var rented = ArrayPool<float>.Shared.Rent(kept.Count * width);
        try
        {
            for (var i = 0; i < kept.Count; i++)
            {
                residuals.Slice(kept[i] * width, width).CopyTo(rented.AsSpan(i * width));
            }

            Count(_autoencoder.EncodeSparse(rented.AsSpan(0, kept.Count * width), kept.Count));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }

        _tokens += kept.Count;
        _leftOut += tokens - kept.Count;
    }

    /// <summary>Adds tokens that were encoded already, every one of them counted.</summary>
    /// <param name="activations">Active latents of the tokens that count.</param>
    /// <param name="leftOut">Number of tokens that were left out beside them.</param>
    /// <exception cref="SteeringException">The activations are of another number of latents.</exception>
    public void Add(SparseActivations activations, int leftOut = 0)
    {
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentOutOfRangeException.ThrowIfNegative(leftOut);
        if (activations.LatentCount != _max.Length)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_autoencoder.Source}: the activations are of {activations.LatentCount} latents, the autoencoder has {_max.Length}."));
        }

        Count(activations);
        _tokens += activations.Tokens;
        _leftOut += leftOut;
    }

    /// <summary>The statistics so far.</summary>
    /// <param name="corpus">What the corpus was, in words, or null.</param>
    /// <exception cref="SteeringException">No token was counted.</exception>
    public SaeStatistics ToStatistics(string? corpus = null)
    {
        if (_tokens == 0)
        {
            throw new SteeringException($"{_autoencoder.Source}: no token was counted ({_leftOut} were left out), so there are no statistics. Give longer texts, or leave out fewer tokens.");
        }

        return new SaeStatistics
        {
            MaxActivation = _max.AsSpan().ToArray(),
            FiringFrequency = Array.ConvertAll(_fired, count => (float)(count / (double)_tokens)),
            TokenCount = _tokens,
            TokensLeftOut = _leftOut,
            Corpus = corpus,
        };
    }

    private void Count(SparseActivations activations)
    {
        for (var token = 0; token < activations.Tokens; token++)
        {
            var indices = activations.Indices(token);
            var values = activations.Values(token);
            for (var i = 0; i < indices.Length; i++)
            {
                _max[indices[i]] = MathF.Max(_max[indices[i]], values[i]);
                _fired[indices[i]]++;
            }
        }
    }
}
