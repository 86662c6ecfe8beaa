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
