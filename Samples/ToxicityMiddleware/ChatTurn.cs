namespace ToxicityMiddleware;

/// <summary>One turn: <c>system</c>, <c>user</c> or <c>assistant</c>, and what was said.</summary>
internal sealed record ChatTurn(string Role, string Content);
