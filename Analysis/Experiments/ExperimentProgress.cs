using System.Runtime.InteropServices;

namespace Steering.Analysis.Experiments;

/// <summary>How far an experiment has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of that stage, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExperimentProgress(string Stage, double Fraction);
