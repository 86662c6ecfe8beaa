namespace Steering.Compilation;

/// <summary>A stretch of a response without a jump: the change of the factor at knots, linear between them, constant outside.</summary>
/// <param name="Start">The first v that belongs to it; −∞ for the first segment.</param>
/// <param name="Knots">Knots, ascending, at least one.</param>
/// <param name="Values">Change of the factor at each knot.</param>
internal sealed record ResponseSegment(float Start, float[] Knots, double[] Values);
