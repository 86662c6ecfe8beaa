namespace Steering.Analysis.Experiments;

/// <summary>A control that an experiment does not have, and why.</summary>
/// <param name="Policy">The policy that it would be the control of; null where it is one for all.</param>
/// <param name="Control">Which control.</param>
/// <param name="Reason">Why it is not there, in a sentence.</param>
public sealed record MissingControl(string? Policy, ConditionKind Control, string Reason);
