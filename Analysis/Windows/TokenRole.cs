namespace Steering.Analysis.Windows;

/// <summary>Who speaks a token. The numbers are those in shard files.</summary>
public enum TokenRole : byte
{
    /// <summary>A text that is no conversation.</summary>
    None = 0,

    /// <summary>The system message, with the template's marks around it.</summary>
    System = 1,

    /// <summary>The user.</summary>
    User = 2,

    /// <summary>The model.</summary>
    Assistant = 3,

    /// <summary>A tool's answer.</summary>
    Tool = 4,

    /// <summary>Another role.</summary>
    Other = 5,
}
