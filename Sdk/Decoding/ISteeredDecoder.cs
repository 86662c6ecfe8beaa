namespace Steering.Decoding;

/// <summary>Decodes conversation turns under policies. Thread-safe: any number of turns may be decoded at once.</summary>
public interface ISteeredDecoder
{
    /// <summary>Decodes one turn, token by token.</summary>
    /// <param name="request">Prompt, policy and sampling.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <returns>The tokens, the last of which carries the reason the turn ended.</returns>
    /// <exception cref="SteeringException">The request does not fit the model; the message says what to change.</exception>
    IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, CancellationToken cancellationToken = default);

    /// <summary>A sign of life, read without decoding anything: what a readiness probe asks.</summary>
    DecoderPulse Pulse => new() { IsRunning = true };
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
