namespace Steering.Sockets;

/// <summary>Knots between which a continuous function is linear within a tolerance: refined where it bends, then as few as a forward search needs.</summary>
internal static class PiecewiseFit
{
    private const int Deepest = 40;
    private const int FirstCuts = 64;

    /// <summary>Chooses knots.</summary>
    /// <param name="function">The function.</param>
    /// <param name="from">First argument.</param>
    /// <param name="to">Last argument.</param>
    /// <param name="hints">Arguments near which the function may bend sharply.</param>
    /// <param name="tolerance">Largest difference.</param>
    public static (float[] Knots, double[] Values) Fit(Func<double, double> function, float from, float to, IEnumerable<float> hints, double tolerance)
    {
        var cuts = new SortedSet<float>(hints.Where(hint => hint > from && hint < to)) { from, to };
        var busy = cuts.Count > 2 ? cuts.SkipLast(1).Last() : to;
        for (var cut = 1; cut < FirstCuts; cut++)
        {
            cuts.Add(from + ((busy - from) * cut / FirstCuts));
            cuts.Add(from + ((to - from) * cut / FirstCuts));
        }

        var samples = new List<(float X, double Y)>();
        (float X, double Y)? before = null;
        foreach (var cut in cuts)
        {
            var next = (cut, function(cut));
            if (before is { } left)
            {
                Refine(function, left, next, tolerance / 8, depth: 0, samples);
            }

            samples.Add(next);
            before = next;
        }

        return Thin(samples, tolerance);
    }

    private static void Refine(Func<double, double> function, (float X, double Y) left, (float X, double Y) right, double tolerance, int depth, List<(float X, double Y)> samples)
    {
        var middle = left.X + ((right.X - left.X) / 2);
        if (depth > Deepest || middle <= left.X || middle >= right.X)
        {
            return;
        }

        var (y, quarter) = (function(middle), left.X + ((middle - left.X) / 2));
        var last = middle + ((right.X - middle) / 2);
        var straight = Math.Abs(y - Chord(left, right, middle)) <= tolerance
            && Math.Abs(function(quarter) - Chord(left, right, quarter)) <= tolerance
            && Math.Abs(function(last) - Chord(left, right, last)) <= tolerance;
        if (straight && depth > 1)
        {
            return;
        }

        Refine(function, left, (middle, y), tolerance, depth + 1, samples);
        samples.Add((middle, y));
        Refine(function, (middle, y), right, tolerance, depth + 1, samples);
    }

    private static (float[] Knots, double[] Values) Thin(List<(float X, double Y)> samples, double tolerance)
    {
        var kept = new List<(float X, double Y)> { samples[0] };
        for (var start = 0; start < samples.Count - 1;)
        {
            var end = start + 1;
            while (end + 1 < samples.Count && IsStraight(samples, start, end + 1, tolerance))
            {
                end++;
            }

            kept.Add(samples[end]);
            start = end;
        }

        return ([.. kept.Select(sample => sample.X)], [.. kept.Select(sample => sample.Y)]);
    }

    private static bool IsStraight(List<(float X, double Y)> samples, int start, int end, double tolerance)
    {
        for (var index = start + 1; index < end; index++)
        {
            if (Math.Abs(samples[index].Y - Chord(samples[start], samples[end], samples[index].X)) > tolerance)
            {
                return false;
            }
        }

        return true;
    }

    private static double Chord((float X, double Y) left, (float X, double Y) right, float x) =>
        left.Y + ((right.Y - left.Y) * ((double)x - left.X) / ((double)right.X - left.X));
}
