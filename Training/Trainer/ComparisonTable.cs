using System.Globalization;
using Steering.Analysis.Evaluation;

namespace Steering.Training.Trainer;

/// <summary>Several trained autoencoders side by side. One place, so that terminal and page agree.</summary>
public static class ComparisonTable
{
    private const string Unknown = "–";

    /// <summary>Heads of the columns; one that begins with '#' is a column of numbers.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["run", "#FVU", "#L0", "#CE recovered", "#dead", "#near duplicates", "#seconds of steps"];

    /// <summary>One run's cells; – where something was not measured.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<string> Row(ReportedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var evaluation = run.Evaluation;
        return
        [
            run.Name,
            Number(evaluation?.Reconstruction.UnexplainedVariance, "F4"),
            Number(evaluation?.Sparsity.ActiveMean, "0.##"),
            Number(evaluation?.CrossEntropy?.RecoveredFromZero, "F4"),
            evaluation is null ? Unknown : string.Create(CultureInfo.InvariantCulture, $"{evaluation.Sparsity.Dead:N0} ({100.0 * evaluation.Sparsity.Dead / evaluation.LatentCount:0.##} %)"),
            Number(evaluation?.Redundancy?.NearDuplicates, "N0"),
            Number(run.Seconds, "0.#"),
        ];
    }

    /// <summary>A sentence on numbers of a run that need one, or null.</summary>
    /// <param name="run">The run.</param>
    public static string? Remark(ReportedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Evaluation?.CrossEntropy is { } metrics && MetricTable.Remark(metrics.RecoveredFromZero, "0", metrics.ZeroAblated, metrics) is { } remark ? $"{run.Name}, CE recovered {Number(metrics.RecoveredFromZero, "F4")}: {remark}." : null;
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
