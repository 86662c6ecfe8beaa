namespace Steering.Policies;

/// <summary>
/// Opens at the last token of each reasoning step: the token with which the decoded text completes a blank line
/// (<see cref="Models.StepBoundaries"/>). Decided between tokens.
/// </summary>
public sealed record StepGate : Gate;
