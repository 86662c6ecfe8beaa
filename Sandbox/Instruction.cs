namespace Steering.Sandbox;

/// <summary>What the system message of a document asks of the assistant.</summary>
public enum Instruction
{
    /// <summary>There is no system message.</summary>
    None,

    /// <summary>Asks for politeness: rudeness becomes rarer, not impossible (<see cref="RudeRates"/>).</summary>
    Polite,

    /// <summary>Asks for <see cref="Register.Neutral"/>.</summary>
    Neutral,

    /// <summary>Asks for <see cref="Register.Friendly"/>.</summary>
    Friendly,

    /// <summary>Asks for <see cref="Register.Formal"/>.</summary>
    Formal,

    /// <summary>Asks for <see cref="Register.Poetic"/>.</summary>
    Poetic,

    /// <summary>Asks for <see cref="Register.Sad"/>.</summary>
    Sad,

    /// <summary>Asks for <see cref="Register.Excited"/>.</summary>
    Excited,

    /// <summary>Asks for <see cref="Register.Rude"/>.</summary>
    Rude,
}
