using System.Globalization;
using Steering.Analysis.Evaluation;
using Steering.Catalogues;
using Steering.Export.Cuts;
using Steering.Export.Saes;
using Steering.Models;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Training.Autoencoders;

namespace Steering.Training.Trainer;

/// <summary>
/// Measures what a run trained and writes it: a SAELens folder with training log, report, feature catalogue and ONNX graphs
/// for each autoencoder. Everything is made in the run's folder and moved at once.
/// </summary>
public sealed class TrainingOutput
{
    /// <summary>The page with plots and numbers; the numbers as JSON lie beside it.</summary>
    public const string ReportName = "report.html";

    /// <summary>Folder of the ONNX graphs beside the weights.</summary>
    public const string OnnxName = "onnx";

    private const string WorkName = "result";
    private const int Examples = 10;

    /// <summary>The model trained on.</summary>
    public required SiteCut Cut { get; init; }

    /// <summary>The site, as in <c>resid_post.15</c>.</summary>
    public required string Site { get; init; }

    /// <summary>How the model is loaded to measure on.</summary>
    public SteerableModelOptions ModelOptions { get; init; } = new();

    /// <summary>What is known of the training beside what the run itself knows.</summary>
    public SaeTrainingSummary Summary { get; init; } = new();

    /// <summary>Windows to measure on; none: nothing is measured, and there is no catalogue.</summary>
    public IReadOnlyList<EvaluationWindow> Windows { get; init; } = [];

    /// <summary>What their text is called.</summary>
    public string? Corpus { get; init; }

    /// <summary>Writes an autoencoder's folder; tests count the calls.</summary>
    internal Action<string, SaeParameters, SaeTrainingSummary> WriteFolder { get; init; } = (folder, parameters, summary) => SaeLensFolderWriter.Write(folder, parameters, summary);

    /// <summary>Writes all autoencoders of a run and removes the run's folder.</summary>
    /// <param name="run">The finished run.</param>
    /// <param name="destination">What to make: the autoencoder's folder, or where there are several a folder with one for each and a report that compares them.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops between windows; the run can be resumed.</param>
    /// <exception cref="SteeringException">The run is not finished, the destination exists, or something cannot be written.</exception>
    public IReadOnlyList<TrainedSae> Write(TrainingRun run, string destination, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(destination);
        destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        if (Path.Exists(destination) || run.Trainers.Any(trainer => !trainer.IsFinished))
        {
            throw new SteeringException(Path.Exists(destination) ? $"{destination} exists already; choose another name or remove it first." : "The run is not finished; complete it first.");
        }

        var work = Path.Combine(run.Folder, WorkName);
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        Directory.CreateDirectory(work);
        var results = WriteAll(run, work, destination, progress, cancellationToken);
        if (results.Count > 1)
        {
            TrainingReport.Create($"Training of {Path.GetFileName(destination)}", [.. results.Select(Reported)]).Save(Path.Combine(work, ReportName));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        Directory.Move(results.Count > 1 ? work : Path.Combine(work, run.Members[0].Name), destination);
        Directory.Delete(run.Folder, recursive: true);
        return results;
    }

    private List<TrainedSae> WriteAll(TrainingRun run, string work, string destination, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        var results = new List<TrainedSae>();
        using var model = Windows.Count == 0 ? null : SiteModel.Load(Cut, Site, ModelOptions);
        foreach (var (member, trainer) in run.Members.Zip(run.Trainers))
        {
            var folder = Path.Combine(work, member.Name);
            var log = Path.Combine(run.FolderOf(member), TrainingLog.FileName);
            var steps = TrainingLogReader.Read(log, cancellationToken);
            var told = progress is null ? null : new Share(progress, member.Name, results.Count, run.Members.Count);
            var evaluation = WriteOne(folder, member, trainer, steps, model, told, cancellationToken);
            File.Copy(log, Path.Combine(folder, TrainingLog.FileName));
            var trained = new TrainedSae(member, run.Members.Count > 1 ? Path.Combine(destination, member.Name) : destination, steps, evaluation);
            using var catalogue = evaluation is null ? null : FeatureCatalogue.Open(Path.Combine(folder, FeatureCatalogue.FileName));
            TrainingReport.Create($"Training of {Path.GetFileName(trained.Folder)}", [Reported(trained)], catalogue).Save(Path.Combine(folder, ReportName));
            results.Add(trained);
        }

        return results;
    }

    private ReportedRun Reported(TrainedSae trained)
    {
        (string Name, string? Value)[] origin =
        [
            ("model", Cut.ModelName),
            ("site", Site),
            ("texts", Summary.Dataset),
            ("context length", Summary.ContextLength?.ToString(CultureInfo.InvariantCulture)),
            ("tool", Summary.Tool),
        ];
        var run = trained.ToReportedRun();
        return run with { Settings = [.. origin.Where(entry => entry.Value is not null).Select(entry => (entry.Name, entry.Value!)), .. run.Settings] };
    }

    private SaeEvaluation? WriteOne(string folder, TrainingMember member, SaeTrainer trainer, IReadOnlyList<TrainingStep> steps, SiteModel? model, Share? progress, CancellationToken cancellationToken)
    {
        var parameters = SaeFolding.Scale(trainer.ToParameters(Cut.ModelName, HookPoint.OfSite(Site), Cut.Fingerprint(cancellationToken)));
        var summary = Summary with
        {
            Kind = SaeKinds.NameOf(member.Options.Autoencoder),
            Tokens = trainer.StepsDone * member.Options.BatchSize,
            Steps = trainer.StepsDone,
            LearningRate = member.Options.PeakLearningRate,
            Seed = member.Options.Initialisation.Seed,
            Seconds = steps.Sum(step => step.Seconds),
        };
        // What readers of the folder will see, without reading it; copied, because an autoencoder folds its arrays in place.
        var autoencoder = SparseAutoencoder.Create(SaeLensFolderWriter.Stored(parameters).WithOwnArrays());
        SaeEvaluationResult? result = null;
        SaeEvaluation? found = null;
        if (model is not null)
        {
            var options = new SaeEvaluationOptions { Examples = Examples, Corpus = Corpus, ModelName = Cut.ModelName, ModelSha256 = parameters.ModelSha256 };
            result = SaeEvaluator.Evaluate(autoencoder, model, Windows, options, progress, cancellationToken);
            found = result.Summary with { Sae = member.Name };
            summary = WithResults(summary, found);
        }

        WriteFolder(folder, parameters, summary);
        if (result is not null)
        {
            CatalogueBuilder.Write(Path.Combine(folder, FeatureCatalogue.FileName), result, Windows, TextTokenizer.Load(Cut.Folder), cancellationToken: cancellationToken);
            found!.Save(Path.Combine(folder, Path.ChangeExtension(ReportName, ".json")));
        }

        SaeOnnxWriter.Write(Path.Combine(folder, OnnxName), autoencoder.WithTraining(summary), cancellationToken: cancellationToken);
        return found;
    }

    private static SaeTrainingSummary WithResults(SaeTrainingSummary summary, SaeEvaluation found) => summary with
    {
        Fvu = found.Reconstruction.UnexplainedVariance,
        L0 = found.Sparsity.ActiveMean,
        DeadShare = (double)found.Sparsity.Dead / found.LatentCount,
        DeadDefinition = FormattableString.Invariant($"no activation in {found.Tokens} tokens"),
        CrossEntropyRecovered = found.CrossEntropy?.RecoveredFromZero,
    };

    private sealed class Share(IProgress<EvaluationProgress> progress, string name, int done, int all) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => progress.Report(new EvaluationProgress($"{name}: {value.Stage}", (done + value.Fraction) / all));
    }
}

/// <summary>One autoencoder that a run made.</summary>
/// <param name="Member">What was asked for.</param>
/// <param name="Folder">Where it is written.</param>
/// <param name="Steps">What each step showed.</param>
/// <param name="Evaluation">What was measured, or null.</param>
public sealed record TrainedSae(TrainingMember Member, string Folder, IReadOnlyList<TrainingStep> Steps, SaeEvaluation? Evaluation)
{
    /// <summary>Seconds that its steps took.</summary>
    public double Seconds => Steps.Sum(step => step.Seconds);

    /// <summary>As tables and pages show it.</summary>
    public ReportedRun ToReportedRun() => new(Member.Name, Steps, Evaluation, Seconds) { Settings = TrainingSettings.Of(Member.Options) };
}
