using System.Runtime.InteropServices;

namespace Steering.Analysis.Evaluation;

/// <summary>How far an evaluation has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EvaluationProgress(string Stage, double Fraction);
