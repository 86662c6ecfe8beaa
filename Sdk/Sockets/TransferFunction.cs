namespace Steering.Sockets;

/// <summary>
/// What a row makes of the activation v that it reads: f(v) = clamp(gain·v + offset, low, high) where v exceeds the gate.
/// Every operator is a setting of it, so that the graph is the same for all. Each number belongs to the <see cref="Dial"/>
/// of its name.
/// </summary>
internal sealed record TransferFunction
{
    /// <summary>f(v) = v.</summary>
    public static TransferFunction Identity { get; } = new();

    /// <summary>Factor on v.</summary>
    public float Gain { get; init; } = 1;

    /// <summary>What is added after the gain.</summary>
    public float Offset { get; init; }

    /// <summary>Lower bound.</summary>
    public float Low { get; init; } = float.MinValue;

    /// <summary>Upper bound.</summary>
    public float High { get; init; } = float.MaxValue;

    /// <summary>f changes nothing unless v exceeds this, strictly; −∞ is always.</summary>
    public float Gate { get; init; } = float.NegativeInfinity;
}
