using Steering.Catalogues;
using Steering.Export.Cuts;
using Steering.Export.Saes;
using Steering.Models;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Training.Architectures;
using Steering.Training.Evaluation;
using Steering.Training.Reports;
using Steering.Training.Trainer;

namespace Steering.Cli.Training;

/// <summary>Measures what a run trained and writes it: everything is made in the run's folder and moved at once.</summary>
internal sealed class TrainingOutput
{
    /// <summary>The page with plots and numbers.</summary>
    public const string ReportName = "report.html";

    /// <summary>Folder of the ONNX graphs beside the weights.</summary>
    public const string OnnxName = "onnx";

    private const string WorkName = "result";
    private const string LogName = "training.jsonl";
    private const int Examples = 10;

    private readonly SiteCut _cut;
    private readonly string _site;
    private readonly SteerableModelOptions _options;
    private readonly SaeTrainingSummary _summary;

    /// <param name="cut">The model.</param>
    /// <param name="site">The site trained on.</param>
    /// <param name="options">How the model is loaded.</param>
    /// <param name="summary">What is known of the training.</param>
    public TrainingOutput(SiteCut cut, string site, SteerableModelOptions options, SaeTrainingSummary summary) =>
        (_cut, _site, _options, _summary) = (cut, site, options, summary);

    /// <summary>Writes all autoencoders of a run.</summary>
    /// <param name="run">The finished run.</param>
    /// <param name="runFolder">Its folder.</param>
    /// <param name="destination">What to make: the autoencoder's folder, or a folder with one for each.</param>
    /// <param name="windows">What to measure on; none to measure nothing.</param>
    /// <param name="corpus">What that text is called.</param>
    /// <param name="progress">Told how far each is.</param>
    /// <param name="cancellationToken">Stops between windows; the run can be resumed.</param>
    /// <exception cref="SteeringException">Something cannot be written.</exception>
    public IReadOnlyList<TrainedSae> Write(TrainingRun run, string runFolder, string destination, IReadOnlyList<EvaluationWindow> windows, string corpus, IProgress<Terminal.StageProgress> progress, CancellationToken cancellationToken)
    {
        var work = Path.Combine(runFolder, WorkName);
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        Directory.CreateDirectory(work);
        var several = run.Members.Count > 1;
        var results = new List<TrainedSae>();
        using (var model = windows.Count == 0 ? null : SiteModel.Load(_cut, _site, _options))
        {
            foreach (var (member, trainer) in run.Members.Zip(run.Trainers))
            {
                var folder = Path.Combine(work, member.Name);
                var log = Path.Combine(run.FolderOf(member), LogName);
                var steps = TrainingLogReader.Read(log, cancellationToken);
                var evaluation = WriteOne(folder, member, trainer, steps, model, windows, corpus, new Stages(progress, member.Name, results.Count, run.Members.Count), cancellationToken);
                File.Copy(log, Path.Combine(folder, LogName));
                var trained = new TrainedSae(member, several ? Path.Combine(destination, member.Name) : destination, steps, evaluation);
                WriteReport(folder, trained);
                results.Add(trained);
            }
        }

        if (several)
        {
            TrainingReport.Create($"Training of {Path.GetFileName(destination)}", [.. results.Select(Reported)]).Save(Path.Combine(work, ReportName));
        }

        Directory.Move(several ? work : Path.Combine(work, run.Members[0].Name), destination);
        Directory.Delete(runFolder, recursive: true);
        return results;
    }

    /// <summary>A result as tables and pages show it.</summary>
    public static ReportedRun Reported(TrainedSae trained) => new(trained.Member.Name, trained.Steps, trained.Evaluation, trained.Steps.Sum(step => step.Seconds));

    private SaeEvaluation? WriteOne(string folder, TrainingMember member, SaeTrainer trainer, IReadOnlyList<TrainingStep> steps, SiteModel? model, IReadOnlyList<EvaluationWindow> windows, string corpus, IProgress<EvaluationProgress> progress, CancellationToken cancellationToken)
    {
        var parameters = SaeFolding.Scale(trainer.ToParameters(_cut.ModelName, HookPoint.OfSite(_site), _cut.Fingerprint(cancellationToken)));
        var summary = _summary with
        {
            Kind = SaeKinds.NameOf(member.Options.Autoencoder),
            Tokens = trainer.StepsDone * member.Options.BatchSize,
            Steps = trainer.StepsDone,
            LearningRate = member.Options.PeakLearningRate,
            Seed = member.Options.Initialisation.Seed,
            Seconds = steps.Sum(step => step.Seconds),
        };
        SaeLensFolderWriter.Write(folder, parameters, summary);
        var found = model is null ? null : Measure(folder, member.Name, model, windows, corpus, progress, cancellationToken);
        if (found is not null)
        {
            SaeLensFolderWriter.Write(folder, parameters, WithResults(summary, found.Summary), overwrite: true);
            CatalogueBuilder.Write(Path.Combine(folder, FeatureCatalogue.FileName), found, windows, TextTokenizer.Load(_cut.Folder), cancellationToken: cancellationToken);
            found.Summary.Save(Path.Combine(folder, Path.ChangeExtension(ReportName, ".json")));
        }

        SaeOnnxWriter.Write(Path.Combine(folder, OnnxName), SaeFolder.Load(folder), cancellationToken: cancellationToken);
        return found?.Summary;
    }

    private SaeEvaluationResult Measure(string folder, string name, SiteModel model, IReadOnlyList<EvaluationWindow> windows, string corpus, IProgress<EvaluationProgress> progress, CancellationToken cancellationToken)
    {
        var options = new SaeEvaluationOptions { Examples = Examples, Corpus = corpus, ModelName = _cut.ModelName, ModelSha256 = _cut.Fingerprint(cancellationToken) };
        var result = SaeEvaluator.Evaluate(SaeFolder.Load(folder), model, windows, options, progress, cancellationToken);
        return result with { Summary = result.Summary with { Sae = name } };
    }

    private static SaeTrainingSummary WithResults(SaeTrainingSummary summary, SaeEvaluation found) => summary with
    {
        Fvu = found.Reconstruction.UnexplainedVariance,
        L0 = found.Sparsity.ActiveMean,
        DeadShare = (double)found.Sparsity.Dead / found.LatentCount,
        DeadDefinition = FormattableString.Invariant($"no activation in {found.Tokens} tokens"),
        CrossEntropyRecovered = found.CrossEntropy?.RecoveredFromZero,
    };

    private static void WriteReport(string folder, TrainedSae trained)
    {
        using var catalogue = trained.Evaluation is null ? null : FeatureCatalogue.Open(Path.Combine(folder, FeatureCatalogue.FileName));
        TrainingReport.Create($"Training of {Path.GetFileName(trained.Folder)}", [Reported(trained)], catalogue).Save(Path.Combine(folder, ReportName));
    }

    private sealed class Stages(IProgress<Terminal.StageProgress> progress, string name, int done, int all) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => progress.Report(new Terminal.StageProgress($"{name}: {value.Stage}", (done + value.Fraction) / all));
    }
}
