using Steering.Analysis.Evaluation;
using Steering.Analysis.Reports;
using Steering.Catalogues;

namespace Steering.Training.Trainer;

/// <summary>Training runs as a page: how loss, FVU, L0, dead latents, gradients and learning rate went, one line a run, and what came of it.</summary>
public static class TrainingReport
{
    private static readonly (string Title, ChartAxis Axis, Func<TrainingStep, double> Value)[] Courses =
    [
        ("Loss", new ChartAxis("loss of a batch", Logarithmic: true), step => step.Loss),
        ("FVU while training", new ChartAxis("Σ‖x − x̂‖² / Σ‖x − mean‖²", Logarithmic: true), step => step.FractionUnexplained),
        ("L0", new ChartAxis("active latents a token", FromZero: true), step => step.L0),
        ("Dead latents", new ChartAxis("latents", FromZero: true), step => step.Dead),
        ("Gradient norm", new ChartAxis("before clipping", Logarithmic: true), step => step.GradientNorm),
        ("Learning rate", new ChartAxis("learning rate", FromZero: true), step => step.LearningRate),
    ];

    /// <summary>Makes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="runs">The runs; where several are evaluated, a table and a plot compare them.</param>
    /// <param name="catalogue">Features of a single run's autoencoder, or null.</param>
    /// <exception cref="SteeringException">There is no run, or one without steps.</exception>
    public static HtmlReport Create(string title, IReadOnlyList<ReportedRun> runs, FeatureCatalogue? catalogue = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0 || runs.Any(run => run.Steps.Count == 0))
        {
            throw new SteeringException("There is no training step to report; give at least one run, each with its log.");
        }

        var report = new HtmlReport(title);
        if (runs.Count > 1 && runs.Any(run => run.Evaluation is not null))
        {
            AddComparison(report, runs);
        }

        report.Heading("Training").Charts([.. Courses.Select(course => Chart(course, runs))]);
        TrainingSettings.AddTo(report, runs);
        if (runs is [{ Evaluation: { } evaluation }])
        {
            EvaluationReport.AddTo(report, evaluation, catalogue);
        }

        return report;
    }

    /// <summary>As <see cref="Create"/> for one run, from its log, written to a file.</summary>
    /// <param name="path">The page to write.</param>
    /// <param name="log">The run's <c>training.jsonl</c>.</param>
    /// <param name="evaluation">What was measured at the end, or null.</param>
    /// <param name="catalogue">Features of the autoencoder, or null.</param>
    /// <param name="options">What was asked for, or null where it is not known.</param>
    /// <exception cref="SteeringException">The log cannot be read, or the page not be written.</exception>
    public static void Write(string path, string log, SaeEvaluation? evaluation = null, FeatureCatalogue? catalogue = null, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileNameWithoutExtension(path);
        Create($"Training of {name}", [new ReportedRun(name, TrainingLogReader.Read(log), evaluation) { Settings = options is null ? [] : TrainingSettings.Of(options) }], catalogue).Save(path);
    }

    private static void AddComparison(HtmlReport report, IReadOnlyList<ReportedRun> runs)
    {
        report.Heading("Comparison").Table(ComparisonTable.Headers, runs.Select(ComparisonTable.Row));
        var evaluated = runs.Where(run => run.Evaluation is not null).ToArray();
        report.Charts([
            Scatter("FVU over L0", "FVU", run => run.Evaluation!.Reconstruction.UnexplainedVariance),
            .. evaluated.Any(run => run.Evaluation!.CrossEntropy is not null)
                ? (string[])[Scatter("Cross-entropy recovered over L0", "(zero − spliced) / (zero − clean)", run => run.Evaluation!.CrossEntropy?.RecoveredFromZero ?? double.NaN)]
                : [],
        ]);

        string Scatter(string title, string axis, Func<ReportedRun, double> value) => new ScatterChart(
            title,
            new ChartAxis("L0"),
            new ChartAxis(axis),
            [.. evaluated.Select(run => new ChartSeries(run.Name, [(run.Evaluation!.Sparsity.ActiveMean, value(run))]))]).ToSvg();
    }

    private static string Chart((string Title, ChartAxis Axis, Func<TrainingStep, double> Value) course, IReadOnlyList<ReportedRun> runs) => new LineChart(
        course.Title,
        new ChartAxis("tokens"),
        course.Axis,
        [.. runs.Select(run => new ChartSeries(run.Name, [.. run.Steps.Select(step => ((double)step.Tokens, course.Value(step)))]))]).ToSvg();
}

/// <summary>One trained autoencoder, as a report shows it.</summary>
/// <param name="Name">What it is called among its fellows, as in <c>topk k32</c>.</param>
/// <param name="Steps">What each step reported, in order (<see cref="TrainingLogReader.Read"/>).</param>
/// <param name="Evaluation">What was measured at the end, or null.</param>
/// <param name="Seconds">Seconds of training, or null where they are not known.</param>
public sealed record ReportedRun(string Name, IReadOnlyList<TrainingStep> Steps, SaeEvaluation? Evaluation = null, double? Seconds = null)
{
    /// <summary>What was asked for, as names and values (<see cref="TrainingSettings"/>); none where it is not known.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];
}
