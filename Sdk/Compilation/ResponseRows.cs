namespace Steering.Compilation;

/// <summary>
/// Turns segments into rows. A jump between segments is a row of its own, whose gate opens there: exact, where a steep
/// ramp would lose precision. Stretches that are so steep that their ramps would spoil what comes behind in single
/// precision get a row, and a second one that takes it back.
/// </summary>
internal static class ResponseRows
{
    // slope·v·2⁻²³ is what a ramp leaves behind it; 60 keeps that below 1e-5.
    private const double Steepest = 60;

    /// <summary>Rows that add up to the segments.</summary>
    /// <param name="segments">By ascending start.</param>
    public static IReadOnlyList<ResponseRow> Of(IEnumerable<ResponseSegment> segments)
    {
        var rows = new List<ResponseRow>();
        var held = 0d;
        ResponseRow? steep = null;
        foreach (var (segment, isSteep) in segments.SelectMany(Split))
        {
            var gate = float.IsNegativeInfinity(segment.Start) ? float.NegativeInfinity : MathF.BitDecrement(segment.Start);
            if (steep is not null)
            {
                rows.Add(ResponseRow.Table(gate, 0, steep.Knots, Array.ConvertAll(steep.Slopes, slope => -slope)));
                steep = null;
            }

            var slopes = Slopes(segment);
            var constant = (float)(segment.Values[0] - held);
            var flat = !slopes.AsSpan().ContainsAnyExcept(0f);
            if (constant != 0 || !flat || rows.Count == 0)
            {
                rows.Add(ResponseRow.Table(gate, constant, flat ? [] : segment.Knots, flat ? [] : slopes));
            }

            held = isSteep ? segment.Values[0] : segment.Values[^1];
            steep = isSteep ? rows[^1] : null;
        }

        // A first row that does nothing would only stand for what is not yet reached.
        return rows is [{ Strength: 0, Knots.Length: 0 }, _, ..] ? rows[1..] : rows;
    }

    private static float[] Slopes(ResponseSegment segment)
    {
        var slopes = new float[segment.Knots.Length];
        var before = 0d;
        for (var knot = 0; knot < slopes.Length; knot++)
        {
            var after = knot + 1 < slopes.Length ? (segment.Values[knot + 1] - segment.Values[knot]) / ((double)segment.Knots[knot + 1] - segment.Knots[knot]) : 0;
            slopes[knot] = (float)(after - before);

            // What is really in force by then: rounding must not add up.
            before += slopes[knot];
        }

        return slopes;
    }

    /// <summary>Cuts a segment where steep stretches begin and end.</summary>
    private static IEnumerable<(ResponseSegment Segment, bool Steep)> Split(ResponseSegment segment)
    {
        var (start, first) = (segment.Start, 0);
        for (var knot = 1; knot < segment.Knots.Length; knot++)
        {
            var last = knot == segment.Knots.Length - 1;
            if (last || IsSteep(segment, knot) != IsSteep(segment, knot - 1))
            {
                yield return (new ResponseSegment(start, segment.Knots[first..(knot + 1)], segment.Values[first..(knot + 1)]), IsSteep(segment, knot - 1));
                (start, first) = (segment.Knots[knot], knot);
            }
        }

        // Behind a steep end the value is held by a row of its own.
        var end = segment.Knots.Length - 1;
        if (end == 0 || IsSteep(segment, end - 1))
        {
            yield return (new ResponseSegment(end == 0 ? segment.Start : segment.Knots[end], [segment.Knots[end]], [segment.Values[end]]), false);
        }
    }

    /// <summary>Whether the stretch from a knot to the next is steep.</summary>
    private static bool IsSteep(ResponseSegment segment, int knot)
    {
        if (knot + 1 >= segment.Knots.Length)
        {
            return false;
        }

        var (left, right) = (segment.Knots[knot], segment.Knots[knot + 1]);
        return Math.Abs(segment.Values[knot + 1] - segment.Values[knot]) * right > Steepest * ((double)right - left);
    }
}
