namespace ToxicityMiddleware;

/// <summary>What a caller posts: the whole conversation, the user's turn last.</summary>
internal sealed record ChatRequest(IReadOnlyList<ChatTurn> Messages, float Temperature = 1, long? Seed = null);
