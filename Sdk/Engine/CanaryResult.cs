namespace Steering;

/// <summary>What a run of the canary found.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Failure">Why steering does not reach the model, or null where it does.</param>
public sealed record CanaryResult(DateTimeOffset At, string? Failure);
