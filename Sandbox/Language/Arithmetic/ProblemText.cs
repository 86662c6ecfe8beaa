namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>A word problem as written, with what it asks.</summary>
/// <param name="Text">The sentences and the question.</param>
/// <param name="Problem">The calculation.</param>
/// <param name="Item">What is counted, in the plural.</param>
/// <param name="Person">Whose they are.</param>
/// <param name="Container">Plural of what holds groups, or null.</param>
internal sealed record ProblemText(string Text, WordProblem Problem, string Item, string Person, string? Container);
