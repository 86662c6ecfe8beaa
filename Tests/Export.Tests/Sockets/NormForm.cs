namespace Steering.Tests.Export.Sockets;

/// <summary>How a test graph normalises.</summary>
internal enum NormForm
{
    /// <summary>Skip and norm in one node, the sum as its fourth output.</summary>
    FusedSkip,

    /// <summary>An Add, then a norm node.</summary>
    Single,

    /// <summary>An Add, then Pow, ReduceMean, Sqrt and so on.</summary>
    SpelledOut,
}
