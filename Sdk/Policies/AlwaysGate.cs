namespace Steering.Policies;

/// <summary>Open at every token.</summary>
public sealed record AlwaysGate : Gate;
