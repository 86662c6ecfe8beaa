namespace Steering.Policies;

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
