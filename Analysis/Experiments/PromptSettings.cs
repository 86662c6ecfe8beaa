namespace Steering.Analysis.Experiments;

/// <summary>Which prompts an experiment takes.</summary>
/// <param name="Source">A file (.txt with one a line, .jsonl, .csv, .tsv, .parquet), or a name that the host knows, as <c>sandbox:friendly</c>.</param>
/// <param name="Form">What the file's texts are.</param>
/// <param name="Field">Field or column of the text; null for the usual one.</param>
/// <param name="Count">How many prompts, drawn with the experiment's seed; null takes all of a file.</param>
public sealed record PromptSettings(string Source, PromptForm Form, string? Field, int? Count);
