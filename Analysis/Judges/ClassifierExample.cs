namespace Steering.Analysis.Judges;

/// <summary>A text and whether it has the label.</summary>
/// <param name="Text">The text.</param>
/// <param name="HasLabel">Whether it has it.</param>
public sealed record ClassifierExample(string Text, bool HasLabel);
