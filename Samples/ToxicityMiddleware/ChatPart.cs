using Steering.Chat.Toxicity;

namespace ToxicityMiddleware;

/// <summary>A piece of the reply; the last one says why it ended and what the filter did.</summary>
internal sealed record ChatPart(string Text, string? FinishReason = null, ToxicityReport? Filter = null);
