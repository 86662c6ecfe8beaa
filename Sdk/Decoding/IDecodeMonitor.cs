namespace Steering.Decoding;

/// <summary>
/// Looks at each token of one turn before anybody else does, and may take tokens back. A monitor belongs to one turn.
/// </summary>
/// <remarks>
/// A decoder that honours it asks once for each token it computes, in order, before it hands the token on, from whatever
/// thread it computes on. Both of ours do. A decoder of the application's own that cannot take tokens back never asks; whoever
/// set the monitor sees tokens arrive that it was not asked about, and starts a new request from the tokens it wants to keep.
/// </remarks>
internal interface IDecodeMonitor
{
    /// <summary>Looks at a token.</summary>
    /// <param name="token">The token that was just chosen, with the activations that led to it. Nobody has seen it.</param>
    /// <returns>
    /// 0 to hand it on. n ≥ 1 takes back the last n tokens, this one among them: it is not handed on, callbacks are asked
    /// again, and decoding goes on from the position of the last token that is kept, or the prompt's last, which is
    /// computed anew. Never more than were computed.
    /// </returns>
    int Observe(DecodedToken token);
}

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
