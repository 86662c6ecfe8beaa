namespace Steering.Tokenizers;

/// <summary>A token that is found in the text before anything else.</summary>
/// <param name="Id">Id.</param>
/// <param name="Content">Exact text.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Whether it is a control token.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it is looked for after normalisation of the text.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether white space before it belongs to it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether white space after it belongs to it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether it counts only between non-word characters.</summary>
    public bool SingleWord { get; init; }
}
