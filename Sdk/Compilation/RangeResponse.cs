using Steering.Policies;

namespace Steering.Compilation;

/// <summary>The rows of rangeMask and dampen: one opens at the lower border, one takes it back above the upper one. Exact but for rounding.</summary>
internal static class RangeResponse
{
    /// <summary>Makes the rows.</summary>
    /// <param name="kind">rangeMask or dampen.</param>
    /// <param name="settings">The range.</param>
    /// <param name="index">Which of its features.</param>
    /// <exception cref="SteeringException">The range holds no activation above 0.</exception>
    public static IReadOnlyList<ResponseRow> Of(SteeringOperator kind, RangeSettings settings, int index)
    {
        double mean = settings.Means[index];
        var half = (double)settings.Tau * settings.Deviations[index];
        var (low, high) = (Border(mean - half, upwards: true), Border(mean + half, upwards: false));
        if (high <= 0 || low > high)
        {
            throw new SteeringException(FormattableString.Invariant($"the range {mean - half:G4} to {mean + half:G4} holds no activation above 0, so the feature would never be edited; leave it out, or take a larger tau."));
        }

        var start = low <= 0 ? float.NegativeInfinity : low;
        var beta = kind == SteeringOperator.Dampen && half > 0 ? settings.Beta ?? RangeSettings.UsualBeta : 0;
        double Change(float v) => (beta == 0 ? 0 : beta * Math.Abs(v - mean) / half) - 1;

        float[] knots = beta == 0 ? [Math.Max(0, low)] : [.. new SortedSet<float> { Math.Max(0, low), Math.Clamp((float)mean, Math.Max(0, low), high), high }];
        return ResponseRows.Of(
        [
            .. float.IsNegativeInfinity(start) ? (ResponseSegment[])[] : [new ResponseSegment(float.NegativeInfinity, [low], [0])],
            new ResponseSegment(start, knots, Array.ConvertAll(knots, Change)),
            new ResponseSegment(MathF.BitIncrement(high), [high], [0]),
        ]);
    }

    /// <summary>The outermost float that lies within a border.</summary>
    private static float Border(double value, bool upwards)
    {
        var border = (float)value;
        return upwards ? (border < value ? MathF.BitIncrement(border) : border) : border > value ? MathF.BitDecrement(border) : border;
    }
}
