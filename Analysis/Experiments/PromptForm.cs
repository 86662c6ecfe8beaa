namespace Steering.Analysis.Experiments;

/// <summary>What the texts of a prompt file are.</summary>
public enum PromptForm
{
    /// <summary>A user's message, put through the model's chat template.</summary>
    Chat,

    /// <summary>A conversation, <c>{"messages": [{"role": …, "content": …}]}</c> on each line, put through the chat template.</summary>
    Conversation,

    /// <summary>A text that is continued as it stands.</summary>
    Text,
}
