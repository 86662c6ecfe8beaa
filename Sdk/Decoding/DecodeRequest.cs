using Steering.Compilation;

namespace Steering.Decoding;

/// <summary>One conversation turn to decode.</summary>
public sealed record DecodeRequest
{
    /// <summary>Token ids of the prompt, at least one.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>Largest number of tokens to generate, at least 1.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Number of tokens before which end tokens are not chosen, 0 to <see cref="MaxTokens"/>.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether the completion goes on after an end token, to <see cref="MaxTokens"/>. For measurements; default: false.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>What is plugged in while decoding.</summary>
    public CompiledPolicy Policy { get; init; } = CompiledPolicy.Empty;

    /// <summary>Texts that end the completion; they are not part of it.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>The decisions that the policy leaves to the application, by name.</summary>
    public IReadOnlyDictionary<string, GateCallback> Callbacks { get; init; } = new Dictionary<string, GateCallback>(StringComparer.Ordinal);

    /// <summary>
    /// Rows kept free at sites for policies that replace this one while tokens are generated
    /// (<see cref="SteeredGeneration.Replace"/>). Sites that are not listed hold just the rows of <see cref="Policy"/>.
    /// </summary>
    public IReadOnlyList<RowReservation> Reservations { get; init; } = [];

    /// <summary>Looks at each token before it is handed on, and may take tokens back; null for nobody. It belongs to this turn alone.</summary>
    internal IDecodeMonitor? Monitor { get; init; }
}
