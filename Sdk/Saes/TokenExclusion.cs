using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Saes;

/// <summary>
/// Which tokens of a sequence take no part in statistics. Models park residuals of enormous norm on a few tokens (the
/// first, separators); they carry no content and would own every mean and maximum.
/// </summary>
/// <param name="FirstPosition">Leaves position 0 out.</param>
/// <param name="MassiveFactor">
/// Leaves out tokens whose residual norm exceeds this multiple of the sequence's median norm (position 0 not counted
/// into the median when it is left out); 0 leaves none out for its norm. At least 1 otherwise.
/// </param>
public sealed record TokenExclusion(bool FirstPosition, float MassiveFactor)
{
    /// <summary>Position 0 and norms above ten times the median are left out.</summary>
    public static TokenExclusion Default { get; } = new(FirstPosition: true, MassiveFactor: 10);

    /// <summary>Every token counts.</summary>
    public static TokenExclusion None { get; } = new(FirstPosition: false, MassiveFactor: 0);

    /// <summary>The positions that count, ascending.</summary>
    /// <param name="residuals">[T, d] from the sequence's first token on.</param>
    /// <param name="tokens">T.</param>
    /// <param name="width">d.</param>
    /// <exception cref="SteeringException">A size that does not fit, a number that is not finite, or a factor that cannot be.</exception>
    public IReadOnlyList<int> Kept(ReadOnlySpan<float> residuals, int tokens, int width)
    {
        if (!float.IsFinite(MassiveFactor) || MassiveFactor is not (0 or >= 1))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The factor for massive activations is {MassiveFactor}; give 0 (none) or a finite number of at least 1."));
        }

        if (tokens < 0 || width < 1 || residuals.Length != (long)tokens * width)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The residuals have {residuals.Length} numbers, expected {tokens} tokens × {width}."));
        }

        var first = FirstPosition ? 1 : 0;
        var kept = new List<int>(Math.Max(tokens - first, 0));
        if (tokens <= first)
        {
            return kept;
        }

        var norms = ArrayPool<float>.Shared.Rent(2 * tokens);
        var all = norms.AsSpan(0, tokens);
        for (var token = 0; token < tokens; token++)
        {
            all[token] = TensorPrimitives.Norm(residuals.Slice(token * width, width));
            if (!float.IsFinite(all[token]))
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The residual vector of token {token} is not finite (norm {all[token]})."));
            }
        }

        var limit = MassiveFactor == 0 ? float.PositiveInfinity : MassiveFactor * Median(all[first..], norms.AsSpan(tokens, tokens - first));
        for (var token = first; token < tokens; token++)
        {
            if (all[token] <= limit)
            {
                kept.Add(token);
            }
        }

        ArrayPool<float>.Shared.Return(norms);
        return kept;
    }

    private static float Median(ReadOnlySpan<float> values, Span<float> sorted)
    {
        values.CopyTo(sorted);
        sorted.Sort();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
