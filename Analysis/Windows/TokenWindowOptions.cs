namespace Steering.Analysis.Windows;

/// <summary>How documents become windows of tokens.</summary>
public sealed record TokenWindowOptions
{
    /// <summary>Length of a packed window where none is given.</summary>
    public const int DefaultLength = 256;

    /// <summary>Tokens of a packed window; the most tokens of a conversation. Default: 256.</summary>
    public int Length { get; init; } = DefaultLength;

    /// <summary>Where the beginning-of-sequence token goes. Default: nowhere. Chat templates write their own.</summary>
    public BosPlacement Bos { get; init; }

    /// <summary>One window for each conversation, written by the model's chat template, instead of packed windows.</summary>
    public bool Chat { get; init; }
}

/// <summary>Where the beginning-of-sequence token is put into packed windows.</summary>
public enum BosPlacement
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>At the start of every window.</summary>
    Window,

    /// <summary>Before every document.</summary>
    Document,
}
