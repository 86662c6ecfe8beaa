namespace Steering.Analysis.Evaluation;

/// <summary>One number of an evaluation.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Value">The number, ready to print.</param>
/// <param name="Definition">What it means, in a few words.</param>
public sealed record MetricRow(string Name, string Value, string Definition);
