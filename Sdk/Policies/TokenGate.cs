namespace Steering.Policies;

/// <summary>Decides token by token, inside the graph: the target is read at the site that the intervention edits.</summary>
public sealed record TokenGate : ActivationGate;
