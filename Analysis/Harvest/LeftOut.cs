namespace Steering.Analysis.Harvest;

/// <summary>Why a token has no activation row. The numbers are those in shard files.</summary>
public enum LeftOut : byte
{
    /// <summary>It has one.</summary>
    No = 0,

    /// <summary>It is the first of its window.</summary>
    FirstPosition = 1,

    /// <summary>The norm of its residual exceeds the limit.</summary>
    Massive = 2,
}
