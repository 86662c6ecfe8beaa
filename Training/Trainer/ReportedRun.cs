using Steering.Analysis.Evaluation;

namespace Steering.Training.Trainer;

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
