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
