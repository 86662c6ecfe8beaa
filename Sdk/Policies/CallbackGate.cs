namespace Steering.Policies;

/// <summary>Asks a function of the application between tokens.</summary>
public sealed record CallbackGate : Gate
{
    /// <summary>Name under which the application registered the function.</summary>
    public required string Name { get; init; }
}
