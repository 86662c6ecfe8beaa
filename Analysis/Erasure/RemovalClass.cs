namespace Steering.Analysis.Erasure;

/// <summary>The questions of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Questions">How many there are.</param>
/// <param name="Right">How many of them the unsteered model answers rightly.</param>
/// <param name="Fit">How many of those are fitted on.</param>
/// <param name="Held">How many of the others are measured.</param>
public sealed record RemovalClass(string Name, int Questions, int Right, int Fit, int Held);
