using Steering.Analysis.Statistics;

namespace Steering.Analysis.Erasure;

/// <summary>A method against the full mask on the same questions: accuracy on the complement, minus the full mask's.</summary>
/// <param name="Value">The difference; above 0 the method spares more.</param>
/// <param name="Interval">95 % interval, bootstrapped over questions.</param>
public sealed record RemovalDifference(double Value, Interval Interval);
