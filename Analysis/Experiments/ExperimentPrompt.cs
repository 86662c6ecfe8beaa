namespace Steering.Analysis.Experiments;

/// <summary>One prompt of an experiment.</summary>
/// <param name="User">What is answered, for judges and people: the user's last message, or the text that is continued.</param>
/// <param name="Text">The text that the model reads, template applied.</param>
/// <param name="Prompted">The same with the experiment's system message; null where it names none.</param>
public sealed record ExperimentPrompt(string User, string Text, string? Prompted);
