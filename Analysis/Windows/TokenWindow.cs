namespace Steering.Analysis.Windows;

/// <summary>One sequence that the model runs over, with what is known of its tokens.</summary>
public sealed record TokenWindow
{
    /// <summary>Number of the window in the corpus, from 0.</summary>
    public required long Number { get; init; }

    /// <summary>Token ids; their index is their position.</summary>
    public required int[] Ids { get; init; }

    /// <summary>Number of the document that each token belongs to.</summary>
    public required long[] Documents { get; init; }

    /// <summary>Who speaks each token.</summary>
    public required TokenRole[] Roles { get; init; }
}

/// <summary>What became of the tokens of a corpus while it was cut into windows.</summary>
public sealed class TokenWindowCounts
{
    /// <summary>Documents read so far.</summary>
    public long Documents { get; internal set; }

    /// <summary>Windows given so far.</summary>
    public long Windows { get; internal set; }

    /// <summary>Tokens in them.</summary>
    public long Tokens { get; internal set; }

    /// <summary>Tokens of the document being cut that no window holds yet.</summary>
    public long Pending { get; internal set; }

    /// <summary>Tokens that no window holds: the rest behind the last packed window, and what of a conversation is beyond the length.</summary>
    public long CutOff { get; internal set; }
}

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
