namespace Steering.Training.Trainer;

/// <summary>One autoencoder of a run that trains several from the same activations.</summary>
/// <param name="Name">Its name, also that of its files: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
/// <param name="Options">What to train.</param>
public sealed record TrainingMember(string Name, TrainingOptions Options);
