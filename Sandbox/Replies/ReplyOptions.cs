namespace Steering.Sandbox.Replies;

/// <summary>How replies are drawn.</summary>
public sealed record ReplyOptions
{
    /// <summary>Seed of all replies; each draws from one of its own, made of this and its place.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Softmax temperature, ≥ 0. 1, the default, draws as the model has learned, so that its rates can be compared with the
    /// generator's; 0 takes the likeliest token.
    /// </summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Largest number of tokens of a reply, at least 1.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Replies at once, at least 1; null for as many as keep the decoder busy. The replies are the same for any number.</summary>
    public int? Parallelism { get; init; }
}
