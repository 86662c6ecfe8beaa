using Steering.Concepts;

namespace Steering.Policies.Operators;

/// <summary>A policy's posterior as a function, with what is known of its shape.</summary>
/// <param name="At">P at an activation above 0.</param>
/// <param name="Hints">Activations near which it may bend.</param>
/// <param name="End">Where it has reached its limit.</param>
internal sealed record PosteriorCurve(Func<double, double> At, float[] Hints, float End)
{
    private static readonly double[] Deviations = [-8, -6, -5, -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8];

    /// <summary>The curve of a policy's posterior.</summary>
    public static PosteriorCurve Of(FeaturePosterior posterior) => posterior is TableFeaturePosterior table ? Of(table) : Of((GaussianFeaturePosterior)posterior);

    private static PosteriorCurve Of(GaussianFeaturePosterior gaussian)
    {
        var posterior = new GaussianPosterior([.. gaussian.Weights.Select(x => (double)x)], [.. gaussian.Means.Select(x => (double)x)], [.. gaussian.Deviations.Select(x => (double)x)]);
        double At(double activation) => posterior.Of(activation, 0);
        float[] hints = [.. gaussian.Means.Zip(gaussian.Deviations).SelectMany(pair => Deviations.Select(factor => (float)(pair.First + (factor * pair.Second))))];
        var end = Math.Max(1e-6, hints.Max());
        for (var doublings = 0; doublings < 60 && !Settled(At, end); doublings++)
        {
            end *= 1.5;
        }

        return new PosteriorCurve(At, hints, (float)end);
    }

    private static PosteriorCurve Of(TableFeaturePosterior table)
    {
        float[] knots = [.. table.Knots];
        float[] values = [.. table.Values];
        double At(double activation)
        {
            var after = Array.FindIndex(knots, knot => knot > activation);
            if (after <= 0)
            {
                return after < 0 ? values[^1] : values[0];
            }

            var share = (activation - knots[after - 1]) / ((double)knots[after] - knots[after - 1]);
            return values[after - 1] + (share * ((double)values[after] - values[after - 1]));
        }

        return new PosteriorCurve(At, knots, Math.Max(1e-6f, knots[^1]));
    }

    private static bool Settled(Func<double, double> at, double end)
    {
        var value = at(end);
        double[] further = [1.1, 1.25, 1.5, 2, 3, 5, 10, 30, 100, 1000];
        return Array.TrueForAll(further, factor => Math.Abs(at(end * factor) - value) <= 1e-5);
    }
}
