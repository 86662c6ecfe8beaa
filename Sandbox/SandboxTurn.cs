namespace Steering.Sandbox;

/// <summary>One turn with its labels, known by construction.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said, without markers.</param>
/// <param name="Register">The tone. <see cref="Register.Neutral"/> for the system's turn.</param>
/// <param name="Topic">What it is about; null for small talk and for the system's turn.</param>
/// <param name="Steps">The steps of an assistant's turn, in order; empty for the others.</param>
/// <param name="Nats">−ln of the probability of the choices made for this turn, given everything before it.</param>
public sealed record SandboxTurn(TurnRole Role, string Text, Register Register, Topic? Topic, IReadOnlyList<ReplyStep> Steps, double Nats);

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
