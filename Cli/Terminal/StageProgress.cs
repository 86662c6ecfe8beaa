using System.Runtime.InteropServices;
using Steering.Analysis.Evaluation;

namespace Steering.Cli.Terminal;

/// <summary>How far long work has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StageProgress(string Stage, double Fraction);

/// <summary>Reports a share of work as a stage.</summary>
/// <param name="progress">Where to.</param>
/// <param name="stage">What is being done, in words.</param>
internal sealed class Fraction(IProgress<StageProgress> progress, string stage) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => progress.Report(new StageProgress(stage, value));
}

/// <summary>Shows an evaluation's progress as stages.</summary>
/// <param name="progress">Where to.</param>
internal sealed class EvaluationStages(IProgress<StageProgress> progress) : IProgress<EvaluationProgress>
{
    /// <inheritdoc/>
    public void Report(EvaluationProgress value) => progress.Report(new StageProgress(value.Stage, value.Fraction));
}
