namespace Steering.Analysis.Reports;

/// <summary>A distribution with an atom at zero.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="AtZero">Probability of exactly 0, from 0 to 1.</param>
/// <param name="Points">Value and density beside it; the area below is 1 − <paramref name="AtZero"/>.</param>
public sealed record DensitySeries(string Name, double AtZero, IReadOnlyList<(double X, double Y)> Points);
