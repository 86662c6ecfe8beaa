namespace Steering.Analysis.Evaluation;

/// <summary>Turns windows done into a share of all work; a window's cross-entropy costs about five times its reading.</summary>
internal sealed class EvaluationStage(IProgress<EvaluationProgress>? progress, SaeEvaluationOptions options, int windows)
{
    private const double SpliceCost = 5;
    private readonly double _total = windows + (SpliceCost * Math.Min(options.CrossEntropyWindows, windows));
    private double _done;

    public void Read(int count) => Report("reading text", count);

    public void Spliced(int count) => Report("measuring cross-entropy", count * SpliceCost);

    public IProgress<double>? Comparing => progress is null ? null : new Comparison(progress);

    private void Report(string stage, double done) => progress?.Report(new EvaluationProgress(stage, (_done += done) / _total));

    private sealed class Comparison(IProgress<EvaluationProgress> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new EvaluationProgress("comparing decoder directions", value));
    }
}
