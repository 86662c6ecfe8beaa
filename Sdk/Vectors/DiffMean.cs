using System.Globalization;
using Steering.Saes;

namespace Steering.Vectors;

/// <summary>
/// The difference of means: mean residual over positive texts minus mean over negative ones, each text reduced to one
/// vector first. The plain baseline that steering methods are measured by. Sums run in double and nothing is kept of a
/// text once it is added. Not thread-safe.
/// </summary>
/// <param name="hiddenSize">Width d of the residual stream.</param>
/// <param name="reduction">How the tokens of a text become one vector.</param>
/// <param name="exclusion">Tokens that do not count; null: position 0 and massive activations.</param>
public sealed class DiffMean(int hiddenSize, TokenReduction reduction = TokenReduction.Last, TokenExclusion? exclusion = null)
{
    private readonly TokenExclusion _exclusion = exclusion ?? TokenExclusion.Default;
    private readonly double[] _positive = new double[hiddenSize];
    private readonly double[] _negative = new double[hiddenSize];
    private readonly double[] _text = new double[hiddenSize];
    private int _positiveTexts;
    private int _negativeTexts;
    private long _counted;
    private long _leftOut;

    /// <summary>Adds a text of the kind to steer towards.</summary>
    /// <param name="residuals">[T, d] residual stream of the whole text, from its first token on.</param>
    /// <param name="tokens">T.</param>
    /// <exception cref="SteeringException">A size that does not fit, a number that is not finite, or no token left to count.</exception>
    public void AddPositive(ReadOnlySpan<float> residuals, int tokens)
    {
        Add(residuals, tokens, _positive, $"positive text {_positiveTexts}");
        _positiveTexts++;
    }

    /// <summary>Adds a text of the kind to steer away from.</summary>
    /// <param name="residuals">[T, d] residual stream of the whole text, from its first token on.</param>
    /// <param name="tokens">T.</param>
    /// <exception cref="SteeringException">A size that does not fit, a number that is not finite, or no token left to count.</exception>
    public void AddNegative(ReadOnlySpan<float> residuals, int tokens)
    {
        Add(residuals, tokens, _negative, $"negative text {_negativeTexts}");
        _negativeTexts++;
    }

    /// <summary>The difference so far.</summary>
    /// <exception cref="SteeringException">A set is empty, or the means are equal.</exception>
    public DiffMeanResult Compute()
    {
        if (_positiveTexts == 0 || _negativeTexts == 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"A difference of means needs texts of both kinds; there are {_positiveTexts} positive and {_negativeTexts} negative."));
        }

        var direction = new float[hiddenSize];
        double norm = 0, positive = 0, negative = 0;
        for (var i = 0; i < hiddenSize; i++)
        {
            var (plus, minus) = (_positive[i] / _positiveTexts, _negative[i] / _negativeTexts);
            direction[i] = (float)(plus - minus);
            norm += (plus - minus) * (plus - minus);
            positive += plus * plus;
            negative += minus * minus;
        }

        if (Array.TrueForAll(direction, value => value == 0))
        {
            throw new SteeringException("The positive and the negative texts have the same mean residual, so there is no direction between them; give two different sets.");
        }

        return new DiffMeanResult
        {
            Direction = direction,
            PositiveTexts = _positiveTexts,
            NegativeTexts = _negativeTexts,
            TokenCount = _counted,
            TokensLeftOut = _leftOut,
            Norm = Math.Sqrt(norm),
            PositiveNorm = Math.Sqrt(positive),
            NegativeNorm = Math.Sqrt(negative),
        };
    }

    private void Add(ReadOnlySpan<float> residuals, int tokens, double[] sum, string name)
    {
        var kept = _exclusion.Kept(residuals, tokens, hiddenSize);
        if (kept.Count == 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The {name} has {tokens} tokens and none that counts{(_exclusion.FirstPosition ? " (position 0 is left out)" : string.Empty)}; give a longer text, or leave out fewer tokens."));
        }

        Array.Clear(_text);
        var first = reduction == TokenReduction.Last ? kept.Count - 1 : 0;
        for (var i = first; i < kept.Count; i++)
        {
            var row = residuals.Slice(kept[i] * hiddenSize, hiddenSize);
            for (var j = 0; j < hiddenSize; j++)
            {
                _text[j] += row[j];
            }
        }

        for (var j = 0; j < hiddenSize; j++)
        {
            sum[j] += _text[j] / (kept.Count - first);
        }

        _counted += kept.Count - first;
        _leftOut += tokens - kept.Count;
    }
}

/// <summary>A difference of means, and what it was made of.</summary>
public sealed record DiffMeanResult
{
    /// <summary>[d] mean of the positive texts minus mean of the negative ones, not normalised.</summary>
    public required ReadOnlyMemory<float> Direction { get; init; }

    /// <summary>Number of positive texts.</summary>
    public required int PositiveTexts { get; init; }

    /// <summary>Number of negative texts.</summary>
    public required int NegativeTexts { get; init; }

    /// <summary>Number of tokens that counted.</summary>
    public required long TokenCount { get; init; }

    /// <summary>Number of tokens left out: position 0, massive activations.</summary>
    public required long TokensLeftOut { get; init; }

    /// <summary>Euclidean norm of the direction.</summary>
    public required double Norm { get; init; }

    /// <summary>Euclidean norm of the positive mean.</summary>
    public required double PositiveNorm { get; init; }

    /// <summary>Euclidean norm of the negative mean.</summary>
    public required double NegativeNorm { get; init; }

    /// <summary>The direction as a vector of a site.</summary>
    /// <param name="site">Site that the residuals came from, as in <c>resid_post.15</c>.</param>
    public SteeringVector ToVector(string site) => new(site, Direction);
}
