using System.Globalization;

namespace Steering.Analysis.Harvest;

/// <summary>The norm above which an activation is massive: a multiple of a median that was taken once.</summary>
/// <param name="Median">Median norm of the sample; 0 where none is left out for its norm.</param>
/// <param name="Limit">Largest norm that is kept.</param>
public sealed record MassiveLimit(float Median, float Limit)
{
    /// <summary>Keeps every norm.</summary>
    public static MassiveLimit None { get; } = new(0, float.PositiveInfinity);

    /// <summary>A multiple of the median of norms.</summary>
    /// <param name="norms">At least one; reordered.</param>
    /// <param name="factor">The multiple.</param>
    /// <exception cref="SteeringException">There are no norms.</exception>
    public static MassiveLimit Of(Span<float> norms, float factor)
    {
        if (norms.IsEmpty)
        {
            throw new SteeringException("The sample for the median norm holds no token behind a first position. Use longer windows, or keep massive activations.");
        }

        norms.Sort();
        var median = norms.Length % 2 == 1 ? norms[norms.Length / 2] : (norms[(norms.Length / 2) - 1] + norms[norms.Length / 2]) / 2;
        return new MassiveLimit(median, median * factor);
    }

    /// <summary>Refuses a factor that makes no sense.</summary>
    public static void CheckFactor(float factor)
    {
        if (!float.IsFinite(factor) || factor is not (0 or >= 1))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The factor for massive activations is {factor}; give 0 (keep all) or a finite number of at least 1."));
        }
    }
}
