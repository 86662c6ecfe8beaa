namespace Steering.Decoding;

/// <summary>How the next token is chosen from the logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>Always the token with the largest logit.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Softmax temperature, ≥ 0. 0 (the default) chooses the largest logit.</summary>
    public float Temperature { get; init; }

    /// <summary>Keep the k most probable tokens, ≥ 1; null, or as many as the vocabulary has, keeps all. Needs a <see cref="Temperature"/>.</summary>
    public int? TopK { get; init; }

    /// <summary>Keep the most probable tokens whose probabilities sum to p, in (0, 1]; null keeps all. Below 1 it needs a <see cref="Temperature"/>.</summary>
    public float? TopP { get; init; }

    /// <summary>
    /// Keep the tokens at least this many times as probable as the most probable one, in (0, 1]; null keeps all.
    /// Only <see cref="Batching.BatchingDecoder"/> has it; <see cref="GenAiDecoder"/> refuses it.
    /// </summary>
    public float? MinP { get; init; }

    /// <summary>Divides (positive) or multiplies (negative) the logits of tokens already present; 1 (the default) does nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the random draws, ≥ 0; the same seed gives the same tokens on the same machine. Null draws a new one.</summary>
    public int? Seed { get; init; }

    /// <summary>Throws when a value is outside its range.</summary>
    /// <exception cref="SteeringException">The message names the option, the value and the range.</exception>
    public void Validate()
    {
        Require(float.IsFinite(Temperature) && Temperature >= 0, nameof(Temperature), Temperature, "0 (greedy) or a finite positive number");
        Require(TopK is null or >= 1, nameof(TopK), TopK, "at least 1");
        Require(TopP is null || (TopP > 0 && TopP <= 1), nameof(TopP), TopP, "above 0 and at most 1");
        Require(TopK is null or 1 || Temperature > 0, nameof(TopK), TopK, "unset while Temperature is 0, which takes the likeliest token whatever else is said; set a temperature (1 for the model's own probabilities)");
        Require(TopP is null or 1 || Temperature > 0, nameof(TopP), TopP, "unset while Temperature is 0, which takes the likeliest token whatever else is said; set a temperature (1 for the model's own probabilities)");
        Require(MinP is null || (MinP > 0 && MinP <= 1), nameof(MinP), MinP, "above 0 and at most 1");
        Require(float.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, nameof(RepetitionPenalty), RepetitionPenalty, "a finite positive number");
        Require(Seed is null or >= 0, nameof(Seed), Seed, "0 or more");
    }

    private static void Require(bool condition, string name, object? value, string expected)
    {
        if (!condition)
        {
            throw new SteeringException(FormattableString.Invariant($"{name} is {value}; it must be {expected}."));
        }
    }
}
