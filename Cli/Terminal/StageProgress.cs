using System.Runtime.InteropServices;

namespace Steering.Cli.Terminal;

/// <summary>How far long work has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StageProgress(string Stage, double Fraction);

/// <summary>Shows what the rooms below report as stages.</summary>
internal static class StageProgressExtensions
{
    /// <summary>Shows each report as a stage.</summary>
    /// <param name="progress">Where to.</param>
    /// <param name="stage">The stage that a report stands for.</param>
    public static IProgress<T> As<T>(this IProgress<StageProgress> progress, Func<T, StageProgress> stage) => new Adapter<T>(progress, stage);

    /// <summary>Shows a share of the work, 0 to 1.</summary>
    public static IProgress<double> Share(this IProgress<StageProgress> progress, string stage) => progress.As<double>(value => new StageProgress(stage, value));

    /// <summary>Shows how many are done of all.</summary>
    public static IProgress<int> Count(this IProgress<StageProgress> progress, string stage, int all) => progress.As<int>(done => new StageProgress(stage, (double)done / all));

    /// <summary>Shows how many are read of all.</summary>
    public static IProgress<(long Read, long All)> Pairs(this IProgress<StageProgress> progress, string stage) =>
        progress.As<(long Read, long All)>(value => new StageProgress(stage, (double)value.Read / Math.Max(1, value.All)));

    private sealed class Adapter<T>(IProgress<StageProgress> progress, Func<T, StageProgress> stage) : IProgress<T>
    {
        public void Report(T value) => progress.Report(stage(value));
    }
}
