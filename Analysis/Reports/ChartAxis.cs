namespace Steering.Analysis.Reports;

/// <summary>What one axis of a chart shows.</summary>
/// <param name="Title">What it measures, with its unit.</param>
/// <param name="Logarithmic">Powers of ten at equal distances; values that are not positive are left out.</param>
/// <param name="FromZero">Begins at 0 even where no value is near (linear axes).</param>
public sealed record ChartAxis(string Title, bool Logarithmic = false, bool FromZero = false);
