using Steering.Analysis.Evaluation;

namespace Steering.Cli.Terminal;

/// <summary>Shows an evaluation's progress as stages.</summary>
/// <param name="progress">Where to.</param>
internal sealed class EvaluationStages(IProgress<StageProgress> progress) : IProgress<EvaluationProgress>
{
    /// <inheritdoc/>
    public void Report(EvaluationProgress value) => progress.Report(new StageProgress(value.Stage, value.Fraction));
}
