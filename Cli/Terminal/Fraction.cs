namespace Steering.Cli.Terminal;

/// <summary>Reports a share of work as a stage.</summary>
/// <param name="progress">Where to.</param>
/// <param name="stage">What is being done, in words.</param>
internal sealed class Fraction(IProgress<StageProgress> progress, string stage) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => progress.Report(new StageProgress(stage, value));
}
