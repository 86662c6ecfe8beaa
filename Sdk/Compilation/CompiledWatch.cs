namespace Steering.Compilation;

/// <summary>A feature or direction that was asked to be watched.</summary>
/// <param name="Label">What it is, as in <c>main#4514</c>.</param>
/// <param name="Row">The row whose activation it is; several watches and edits may share one.</param>
public sealed record CompiledWatch(string Label, RowAddress Row);
