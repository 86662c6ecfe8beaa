namespace Steering.Sandbox;

/// <summary>ChatML's markers, the same as SmolLM2's template writes.</summary>
public static class ChatMarkers
{
    /// <summary>The token that opens a turn.</summary>
    public const string Start = "<|im_start|>";

    /// <summary>The token that ends a turn.</summary>
    public const string End = "<|im_end|>";

    /// <summary>What follows the text of a turn.</summary>
    public const string Close = End + "\n";

    /// <summary>What stands before the text of a turn.</summary>
    /// <param name="role">Who speaks.</param>
    /// <returns>Marker, role and line break.</returns>
    public static string Open(TurnRole role) => Start + Name(role) + "\n";

    private static string Name(TurnRole role) => role switch
    {
        TurnRole.System => "system",
        TurnRole.User => "user",
        _ => "assistant",
    };
}
