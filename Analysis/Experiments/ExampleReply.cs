namespace Steering.Analysis.Experiments;

/// <summary>One condition's reply to an example prompt.</summary>
/// <param name="Condition">Name of the condition.</param>
/// <param name="Text">Its first sample.</param>
/// <param name="Hits">Names of the judges for which it is a hit.</param>
public sealed record ExampleReply(string Condition, string Text, IReadOnlyList<string> Hits);
