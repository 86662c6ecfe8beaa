namespace Steering.Analysis.Concepts;

/// <summary>A part of a text and the concepts it carries.</summary>
/// <param name="Start">First character, a UTF-16 index into the text.</param>
/// <param name="End">Behind the last character.</param>
/// <param name="Labels">Its labels, each once; none for a step without label.</param>
public sealed record LabelledSpan(int Start, int End, IReadOnlyList<string> Labels);
