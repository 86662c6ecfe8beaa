namespace Steering.Analysis.Windows;

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
