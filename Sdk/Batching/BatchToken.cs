using Steering.Decoding;

namespace Steering.Batching;

/// <summary>A token on its way from the loop to its reader.</summary>
/// <param name="Id">Token id.</param>
/// <param name="FinishReason">Why the completion ended with it, or <see cref="FinishReason.None"/>.</param>
internal readonly record struct BatchToken(int Id, FinishReason FinishReason);
