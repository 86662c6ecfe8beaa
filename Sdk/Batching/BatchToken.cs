using Steering.Decoding;

namespace Steering.Batching;

/// <summary>A token on its way from the loop to its reader.</summary>
/// <param name="Id">Token id.</param>
/// <param name="FinishReason">Why the completion ended with it, or <see cref="FinishReason.None"/>.</param>
/// <param name="Told">The token as its reader gets it, where the request's monitor was shown it; otherwise null, and the reader makes it.</param>
internal readonly record struct BatchToken(int Id, FinishReason FinishReason, DecodedToken? Told);
