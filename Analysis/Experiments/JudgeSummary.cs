namespace Steering.Analysis.Experiments;

/// <summary>A judge as the results name it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Counts">What a hit is.</param>
/// <param name="Threshold">Score from which on a reply is a hit.</param>
/// <param name="Aim">What the policies are meant to do with its rate.</param>
/// <param name="Chose">Whether the policies were chosen with it.</param>
public sealed record JudgeSummary(string Name, string Kind, string Counts, double Threshold, JudgeAim Aim, bool Chose);
