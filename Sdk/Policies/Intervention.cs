using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>One edit of the residual stream: target × operator × gate × span.</summary>
public sealed record Intervention
{
    /// <summary>Name shown to people and telemetry; null takes the operator and the target.</summary>
    public string? Name { get; init; }

    /// <summary>What is edited.</summary>
    public required InterventionTarget Target { get; init; }

    /// <summary>What is done with it, and how strongly.</summary>
    public required SteeringOperator Operator { get; init; }

    /// <summary>When the intervention acts.</summary>
    public Gate Gate { get; init; } = Gate.Always;

    /// <summary>Which tokens it may touch; null is both, or the completion under a prompt or step gate.</summary>
    public InterventionSpan? Span { get; init; }

    /// <summary>Whether the sequence's first token is left alone; null takes the policy's.</summary>
    public bool? SkipPositionZero { get; init; }

    /// <summary>The unit of the operator's value in force, after the default.</summary>
    public StrengthUnit EffectiveUnit => (Operator as ValueOperator)?.Unit ?? (Target is FeatureTarget ? StrengthUnit.MaxActivation : StrengthUnit.Raw);

    /// <summary>The span in force, after the default.</summary>
    public InterventionSpan EffectiveSpan => Span ?? (Gate is PromptGate or StepGate ? InterventionSpan.Completion : InterventionSpan.Both);

    /// <summary>The name, or the operator and the target where it has none.</summary>
    public string DisplayName => Name ?? $"{Operator.Word} {Target}";
}

/// <summary>What the value of an intervention, or the threshold of a gate, is measured in.</summary>
public enum StrengthUnit
{
    /// <summary>As it is: activations as the encoder gives them, lengths in the residual stream for directions.</summary>
    Raw,

    /// <summary>
    /// Multiples of the feature's largest activation on the texts of its statistics: portable between features and
    /// layers, and the default for features (Templeton et al. 2024; AxBench). Sensible strengths lie within ±5.
    /// </summary>
    MaxActivation,

    /// <summary>Fractions of ‖x‖₂ of the token that is edited; the direction of the edit has unit norm.</summary>
    ResidualNorm,
}

/// <summary>Which token positions an intervention may touch. The prompt's last token belongs to the prompt.</summary>
public enum InterventionSpan
{
    /// <summary>The prompt and the completion.</summary>
    Both,

    /// <summary>Only the tokens of the prompt.</summary>
    Prompt,

    /// <summary>Only the generated tokens.</summary>
    Completion,
}
