namespace Steering.Analysis.Experiments;

/// <summary>Multiple choice by log-likelihood under one condition.</summary>
/// <param name="Groups">All questions, and where classes are named those of the target and of the complement.</param>
/// <param name="SideEffects">Answers that changed, and that became wrong; null for the unsteered condition.</param>
/// <param name="Unavailable">Why it could not be measured; then there are no groups.</param>
public sealed record ChoiceResult(IReadOnlyList<ChoiceGroup> Groups, SideEffects? SideEffects, string? Unavailable = null);
