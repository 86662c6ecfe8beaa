using Steering.Analysis.Evaluation;

namespace Steering.Training.Trainer;

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
