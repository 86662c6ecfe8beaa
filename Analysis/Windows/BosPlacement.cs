namespace Steering.Analysis.Windows;

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
