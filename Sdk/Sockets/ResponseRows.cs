namespace Steering.Sockets;

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

/// <summary>
/// One row of the socket as a part of a response: above its gate it changes the activation v by
/// v·(Σ slope·max(0, v − knot) − strength·sigmoid(a·v² + b·v + c)). Rows of one feature add up.
/// </summary>
/// <param name="Gate">Acts where v exceeds this, strictly.</param>
/// <param name="Strength">Strength of the sigmoid.</param>
/// <param name="A">Quadratic coefficient.</param>
/// <param name="B">Linear coefficient.</param>
/// <param name="C">Constant coefficient.</param>
/// <param name="Knots">Knots, ascending.</param>
/// <param name="Slopes">Change of slope at each.</param>
internal sealed record ResponseRow(float Gate, float Strength, float A, float B, float C, float[] Knots, float[] Slopes)
{
    /// <summary>Large enough for a sigmoid of exactly 1.</summary>
    public const float Saturated = 100;

    /// <summary>A row that adds a constant to the factor, and a table without its constant.</summary>
    public static ResponseRow Table(float gate, double constant, float[] knots, float[] slopes) => new(gate, (float)-constant, 0, 0, Saturated, knots, slopes);

    /// <summary>What the row adds to the factor at v, in the graph's precision.</summary>
    public float Factor(float v)
    {
        if (!(v > Gate))
        {
            return 0;
        }

        var sigmoid = 1f / (1f + MathF.Exp(-((((A * v) + B) * v) + C)));
        var bent = 0f;
        for (var knot = 0; knot < Knots.Length; knot++)
        {
            bent += Slopes[knot] * MathF.Max(0, v - Knots[knot]);
        }

        return (1f - (Strength * sigmoid) + bent) - 1f;
    }
}

/// <summary>A stretch of a response without a jump: the change of the factor at knots, linear between them, constant outside.</summary>
/// <param name="Start">The first v that belongs to it; −∞ for the first segment.</param>
/// <param name="Knots">Knots, ascending, at least one.</param>
/// <param name="Values">Change of the factor at each knot.</param>
internal sealed record ResponseSegment(float Start, float[] Knots, double[] Values);
