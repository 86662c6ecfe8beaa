namespace Steering.Compilation;

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
