namespace Steering.Policies;

/// <summary>When an intervention acts: <see cref="AlwaysGate"/>, <see cref="TokenGate"/>, <see cref="PromptGate"/>, <see cref="CallbackGate"/> or <see cref="StepGate"/>.</summary>
public abstract record Gate
{
    private protected Gate()
    {
    }

    /// <summary>At every token.</summary>
    public static Gate Always { get; } = new AlwaysGate();

    /// <summary>At the last token of each reasoning step, where the decoded text completes a blank line.</summary>
    public static Gate Step { get; } = new StepGate();

    /// <summary>At the tokens where the target's activation exceeds the threshold.</summary>
    /// <param name="target">One feature, or one probe direction, at the site of the intervention.</param>
    /// <param name="threshold">Strict threshold.</param>
    /// <param name="unit">Unit of the threshold; null is multiples of the maximum activation for a feature, raw for a probe.</param>
    public static Gate Token(InterventionTarget target, float threshold, StrengthUnit? unit = null) =>
        new TokenGate { Target = target, Threshold = threshold, Unit = unit };

    /// <summary>Over the whole completion, where the target's largest activation over the prompt exceeds the threshold.</summary>
    /// <param name="target">One feature, or one probe direction, at any site.</param>
    /// <param name="threshold">Strict threshold.</param>
    /// <param name="unit">Unit of the threshold; null is multiples of the maximum activation for a feature, raw for a probe.</param>
    public static Gate Prompt(InterventionTarget target, float threshold, StrengthUnit? unit = null) =>
        new PromptGate { Target = target, Threshold = threshold, Unit = unit };

    /// <summary>Where a function that the application registered says so, asked between tokens.</summary>
    /// <param name="name">Name of the function.</param>
    public static Gate Callback(string name) => new CallbackGate { Name = name };
}

/// <summary>Open at every token.</summary>
public sealed record AlwaysGate : Gate;

/// <summary>A gate that opens where the activation of one feature, or of one probe direction, exceeds a threshold.</summary>
public abstract record ActivationGate : Gate
{
    private protected ActivationGate()
    {
    }

    /// <summary>One feature, or one direction; a direction is read as the plain product x·direction unless it is to be normalised.</summary>
    public required InterventionTarget Target { get; init; }

    /// <summary>Threshold, strict; not negative for a feature, whose activation never is.</summary>
    public required float Threshold { get; init; }

    /// <summary>
    /// Unit of the threshold, <see cref="StrengthUnit.Raw"/> or <see cref="StrengthUnit.MaxActivation"/>; null is the
    /// latter for a feature and the former for a direction.
    /// </summary>
    public StrengthUnit? Unit { get; init; }
}

/// <summary>
/// Decides once, on the largest activation over the prompt (position 0 left out when the intervention leaves it alone),
/// and holds for the completion: the per-input condition of the literature in a decoding loop with a key-value cache.
/// </summary>
public sealed record PromptGate : ActivationGate;

/// <summary>Decides token by token, inside the graph: the target is read at the site that the intervention edits.</summary>
public sealed record TokenGate : ActivationGate;

/// <summary>
/// Opens at the last token of each reasoning step: the token with which the decoded text completes a blank line
/// (<see cref="Models.StepBoundaries"/>). Decided between tokens.
/// </summary>
public sealed record StepGate : Gate;

/// <summary>Asks a function of the application between tokens.</summary>
public sealed record CallbackGate : Gate
{
    /// <summary>Name under which the application registered the function.</summary>
    public required string Name { get; init; }
}
