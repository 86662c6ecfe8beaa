namespace Steering.Training.Activations;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">As the chat template knows it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">Its text.</param>
public readonly record struct ChatMessage(string Role, string Content);
