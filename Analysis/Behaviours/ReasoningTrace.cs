namespace Steering.Analysis.Behaviours;

/// <summary>A text of several reasoning steps.</summary>
/// <param name="Text">The text.</param>
/// <param name="Labels">What the file says of each step, in order, several labels of one separated by <c>|</c>, an empty text for none; null where it says nothing.</param>
/// <param name="Place">Where it stands, for messages.</param>
public sealed record ReasoningTrace(string Text, IReadOnlyList<string>? Labels, string Place);
