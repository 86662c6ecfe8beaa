namespace Steering.Decoding;

/// <summary>A decoder's sign of life.</summary>
public readonly record struct DecoderPulse
{
    /// <summary>Whether it takes turns: neither disposed of nor ended by a failure.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Turns being decoded, where the decoder counts them.</summary>
    public int Active { get; init; }

    /// <summary>Turns that wait for a slot, where there are slots.</summary>
    public int Waiting { get; init; }

    /// <summary>How long the step that runs now has taken; null while none runs, or where steps belong to each turn.</summary>
    public TimeSpan? InStep { get; init; }

    /// <summary>How long ago the latest step ended; null before the first, or where steps belong to each turn.</summary>
    public TimeSpan? SinceStep { get; init; }
}
