namespace Steering.Analysis.Corpora;

/// <summary>One turn of a conversation, as a text file holds it.</summary>
/// <param name="Role">As the chat template knows it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">Its text.</param>
public readonly record struct ConversationTurn(string Role, string Content);
