namespace Steering.Training.Concepts;

/// <summary>A text and the concepts it carries.</summary>
/// <param name="Text">The text.</param>
/// <param name="Labels">Its labels, at least one, each once.</param>
/// <param name="Place">Where it stands, for messages.</param>
public sealed record LabelledText(string Text, IReadOnlyList<string> Labels, string Place);
