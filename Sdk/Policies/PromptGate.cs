namespace Steering.Policies;

/// <summary>
/// Decides once, on the largest activation over the prompt (position 0 left out when the intervention leaves it alone),
/// and holds for the completion: the per-input condition of the literature in a decoding loop with a key-value cache.
/// </summary>
public sealed record PromptGate : ActivationGate;
