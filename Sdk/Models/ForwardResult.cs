using Steering.Numerics;

namespace Steering.Models;

/// <summary>What one forward pass computed, as row-major arrays.</summary>
public sealed record ForwardResult
{
    /// <summary>Number of tokens S.</summary>
    public required int Length { get; init; }

    /// <summary>Number of token ids V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>[S, V] logits.</summary>
    public required float[] Logits { get; init; }

    /// <summary>[S, d] residual stream, after the edit, by site.</summary>
    public required IReadOnlyDictionary<string, float[]> Residuals { get; init; }

    /// <summary>[S, M] activations before the edit, by site of the policy.</summary>
    public required IReadOnlyDictionary<string, float[]> Activations { get; init; }

    /// <summary>[V] logits at a position.</summary>
    public ReadOnlySpan<float> LogitsAt(int position) => Logits.AsSpan(position * VocabularySize, VocabularySize);

    /// <summary>Loss of a token: −ln softmax(logits at a position)[id].</summary>
    /// <param name="position">The position that predicts it, from 0 to S − 1.</param>
    /// <param name="id">The token that came next.</param>
    /// <returns>In nats.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    /// <exception cref="IndexOutOfRangeException">There is no such token.</exception>
    public double LossAt(int position, int id)
    {
        var logits = LogitsAt(position);
        return LogSumExp.Of(logits) - logits[id];
    }
}
