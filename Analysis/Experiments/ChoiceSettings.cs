namespace Steering.Analysis.Experiments;

/// <summary>Multiple choice by log-likelihood.</summary>
/// <param name="File">Full path of a JSON-lines file: <c>{"question", "choices", "answer", "class"}</c>.</param>
/// <param name="Target">Classes of which the policies are to remove what the model knows; all others are the complement.</param>
/// <param name="Chat">Whether the question goes through the chat template; otherwise the choice continues it as it stands.</param>
/// <param name="PerToken">Whether a choice's log-likelihood is divided by its number of tokens.</param>
public sealed record ChoiceSettings(string File, IReadOnlyList<string> Target, bool Chat, bool PerToken);
