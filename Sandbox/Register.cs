namespace Steering.Sandbox;

/// <summary>The tone of a turn. Registers cut across topics: any topic can be spoken of in any of them.</summary>
public enum Register
{
    /// <summary>No marker of any other register.</summary>
    Neutral,

    /// <summary>Warm and glad.</summary>
    Friendly,

    /// <summary>Polite distance, as in a letter.</summary>
    Formal,

    /// <summary>Moonlight and whispers.</summary>
    Poetic,

    /// <summary>Tears and sighs.</summary>
    Sad,

    /// <summary>Everything is amazing.</summary>
    Excited,

    /// <summary>Mild insults and contempt; no slurs, no groups of people.</summary>
    Rude,
}
