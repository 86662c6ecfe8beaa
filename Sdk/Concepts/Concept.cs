namespace Steering.Concepts;

/// <summary>One concept of a <see cref="ConceptStatistics"/>.</summary>
/// <param name="Name">Its label, as the labelled texts give it.</param>
/// <param name="Observations">How many pooled activations (texts, tokens or steps) carry the label.</param>
public sealed record Concept(string Name, long Observations);
