namespace Steering.Sandbox;

/// <summary>Who speaks, as ChatML names it (in lower case).</summary>
public enum TurnRole
{
    /// <summary>The instruction at the start.</summary>
    System,

    /// <summary>The person.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}
