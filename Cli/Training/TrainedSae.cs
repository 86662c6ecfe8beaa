using Steering.Training.Evaluation;
using Steering.Training.Trainer;

namespace Steering.Cli.Training;

/// <summary>One autoencoder that a run made.</summary>
/// <param name="Member">What was asked for.</param>
/// <param name="Folder">Where it is written.</param>
/// <param name="Steps">What each step showed.</param>
/// <param name="Evaluation">What was measured, or null.</param>
internal sealed record TrainedSae(TrainingMember Member, string Folder, IReadOnlyList<TrainingStep> Steps, SaeEvaluation? Evaluation);
