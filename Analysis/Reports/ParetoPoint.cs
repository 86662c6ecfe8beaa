using Steering.Analysis.Statistics;

namespace Steering.Analysis.Reports;

/// <summary>A condition in a <see cref="ParetoChart"/>.</summary>
/// <param name="Number">Its number in the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Index of its kind.</param>
/// <param name="X">Cost.</param>
/// <param name="Y">Effect.</param>
/// <param name="Effect">Interval of the effect.</param>
/// <param name="OnFront">Whether no other condition beats it in both.</param>
internal sealed record ParetoPoint(int Number, string Name, int Kind, double X, double Y, Interval Effect, bool OnFront);
