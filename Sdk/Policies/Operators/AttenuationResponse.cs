using System.Globalization;
using Steering.Concepts;
using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>
/// The rows of an attenuation. Two Gaussian concepts and exponent 1: the logistic of a quadratic, which the graph has.
/// Everything else: a table. Where the floor cuts the posterior off, a gate opens or closes. The result is compared with
/// the offline function in the graph's precision, and refused where it is too far off.
/// </summary>
internal static class AttenuationResponse
{
    /// <summary>Largest difference of the factor on the activation that is accepted.</summary>
    public const double LargestError = 1e-3;

    private const double Tolerance = 3e-4;
    private const double ExactEnough = 2e-4;
    private const int Attempts = 16;

    /// <summary>Makes the rows.</summary>
    /// <param name="settings">Strength, exponent and floor.</param>
    /// <param name="posterior">Posterior of the feature.</param>
    /// <returns>The rows, and the largest difference measured.</returns>
    /// <exception cref="SteeringException">The attenuation never does anything, or cannot be carried precisely enough.</exception>
    public static (IReadOnlyList<ResponseRow> Rows, double Error) Of(AttenuateOperator settings, FeaturePosterior posterior)
    {
        var curve = PosteriorCurve.Of(posterior);
        var intervals = Intervals(curve, settings.Floor);
        var probes = Probes(curve, intervals);
        if (!probes.Any(v => Math.Abs(settings.Strength * Above(curve.At(v), settings.Floor)) > 1e-6))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"the posterior never reaches the floor {settings.Floor} (its largest value is {probes.Max(v => curve.At(v)):G3}), so the feature would never be attenuated; leave it out, or lower the floor."));
        }

        if (posterior is GaussianFeaturePosterior { Weights.Count: 2 } gaussian && settings.Exponent == 1)
        {
            var rows = Logistic(gaussian, settings.Strength, intervals);
            var (error, _) = Error(rows, curve, settings, probes);
            if (error <= ExactEnough)
            {
                return (rows, error);
            }
        }

        var table = ResponseRows.Of(Segments(curve, settings, intervals));
        var (measured, worst) = Error(table, curve, settings, probes);
        for (var attempt = 0; measured > LargestError && attempt < Attempts; attempt++)
        {
            // A bump between the first samples: look there again.
            curve = curve with { Hints = [.. curve.Hints, worst * 0.999f, worst, worst * 1.001f] };
            table = ResponseRows.Of(Segments(curve, settings, intervals));
            (measured, worst) = Error(table, curve, settings, probes);
        }

        return measured <= LargestError
            ? (table, measured)
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"the attenuation bends so sharply that the graph would be {measured:G2} of the activation off, more than {LargestError}; fit the concept on more texts, or leave the feature out."));
    }

    private static double Above(double posterior, double floor) => posterior < floor ? 0 : posterior;

    private static List<ResponseRow> Logistic(GaussianFeaturePosterior gaussian, float strength, List<(float From, float To)> intervals)
    {
        double[] weights = [.. gaussian.Weights];
        double[] means = [.. gaussian.Means];
        double[] precisions = [.. gaussian.Deviations.Select(deviation => 1 / ((double)deviation * deviation))];
        var a = (precisions[1] - precisions[0]) / 2;
        var b = (means[0] * precisions[0]) - (means[1] * precisions[1]);
        var c = Math.Log(weights[0] / gaussian.Deviations[0]) - Math.Log(weights[1] / gaussian.Deviations[1])
            + ((means[1] * means[1] * precisions[1]) - (means[0] * means[0] * precisions[0])) / 2;
        if (double.IsInfinity(c))
        {
            (a, b, c) = (0, 0, Math.CopySign(ResponseRow.Saturated, c));
        }

        var rows = new List<ResponseRow>();
        foreach (var (from, to) in intervals)
        {
            rows.Add(new ResponseRow(float.IsNegativeInfinity(from) ? from : MathF.BitDecrement(from), strength, (float)a, (float)b, (float)c, [], []));
            if (!float.IsPositiveInfinity(to))
            {
                rows.Add(new ResponseRow(MathF.BitDecrement(to), -strength, (float)a, (float)b, (float)c, [], []));
            }
        }

        return rows;
    }

    private static IEnumerable<ResponseSegment> Segments(PosteriorCurve curve, AttenuateOperator settings, List<(float From, float To)> intervals)
    {
        double Change(double v) => ConceptEdits.Factor(curve.At(v), settings.Strength, settings.Exponent) - 1;

        var covered = float.NegativeInfinity;
        foreach (var (from, to) in intervals)
        {
            if (from > covered)
            {
                yield return new ResponseSegment(covered, [from], [0]);
            }

            var first = Math.Max(0, from);
            var last = float.IsPositiveInfinity(to) ? Math.Max(curve.End, first) : MathF.BitDecrement(to);
            if (last > first)
            {
                var (knots, values) = PiecewiseFit.Fit(Change, first, last, curve.Hints, Tolerance);
                yield return new ResponseSegment(from, knots, values);
            }
            else
            {
                yield return new ResponseSegment(from, [first], [Change(first)]);
            }

            covered = to;
        }

        if (!float.IsPositiveInfinity(covered))
        {
            yield return new ResponseSegment(covered, [Math.Max(0, covered)], [0]);
        }
    }

    /// <summary>Where the posterior is not below the floor, [from, to), found to the last bit.</summary>
    private static List<(float From, float To)> Intervals(PosteriorCurve curve, float floor)
    {
        if (floor <= 0)
        {
            return [(float.NegativeInfinity, float.PositiveInfinity)];
        }

        var grid = Grid(curve);
        var intervals = new List<(float, float)>();
        var open = curve.At(grid[0]) >= floor;
        var from = float.NegativeInfinity;
        for (var index = 1; index < grid.Count; index++)
        {
            if (curve.At(grid[index]) >= floor == open)
            {
                continue;
            }

            var (low, high) = (grid[index - 1], grid[index]);
            for (var middle = low + ((high - low) / 2); middle > low && middle < high; middle = low + ((high - low) / 2))
            {
                (low, high) = curve.At(middle) >= floor == open ? (middle, high) : (low, middle);
            }

            if (open)
            {
                intervals.Add((from, high));
            }

            (open, from) = (!open, high);
        }

        if (open)
        {
            intervals.Add((from, float.PositiveInfinity));
        }

        return intervals;
    }

    private static List<float> Grid(PosteriorCurve curve)
    {
        const int Steps = 1024;
        var grid = new SortedSet<float>(curve.Hints.Where(hint => hint > 0 && hint <= curve.End)) { curve.End, curve.End * 2 };
        for (var step = 1; step < Steps; step++)
        {
            grid.Add(curve.End * step / Steps);
        }

        return [.. grid];
    }

    /// <summary>Where the response is compared: a grid, and both sides of every jump.</summary>
    private static List<float> Probes(PosteriorCurve curve, List<(float From, float To)> intervals)
    {
        var probes = Grid(curve);
        probes.AddRange(curve.Hints.Where(hint => hint > 0).SelectMany(hint => new[] { hint * 0.9995f, hint * 1.0005f }));
        foreach (var edge in intervals.SelectMany(interval => new[] { interval.From, interval.To }).Where(edge => float.IsFinite(edge) && edge > 0))
        {
            probes.AddRange([MathF.BitDecrement(edge), edge, MathF.BitIncrement(edge)]);
        }

        probes.AddRange([curve.End * 4, curve.End * 16]);
        return probes;
    }

    private static (double Error, float At) Error(IReadOnlyList<ResponseRow> rows, PosteriorCurve curve, AttenuateOperator settings, List<float> probes)
    {
        var (worst, at) = (0d, 0f);
        foreach (var v in probes)
        {
            var actual = 1d;
            foreach (var row in rows)
            {
                actual += row.Factor(v);
            }

            var difference = Math.Abs(actual - ConceptEdits.Factor(curve.At(v), settings.Strength, settings.Exponent, settings.Floor));
            if (!(difference <= worst))
            {
                (worst, at) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, v);
            }
        }

        return (worst, at);
    }
}
