namespace Steering.Analysis.Behaviours;

/// <summary>How well one behaviour is told from all other steps on held-out traces.</summary>
/// <param name="Behaviour">Its label.</param>
/// <param name="Steps">Held-out steps.</param>
/// <param name="With">Those that have it.</param>
/// <param name="Scores">One for each way to detect it.</param>
public sealed record BehaviourDetection(string Behaviour, int Steps, int With, IReadOnlyList<DetectionScore> Scores);
