namespace Steering.Export;

/// <summary>How far an import is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 … 1.</param>
/// <param name="Warning">Something the user should know about the result, or null.</param>
public readonly record struct ImportProgress(string Stage, double Fraction, string? Warning = null);
