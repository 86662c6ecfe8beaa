namespace Steering.Analysis.Corpora;

/// <summary>One document of a corpus: a text, or a conversation.</summary>
public sealed record TextDocument
{
    /// <summary>Number of the document in the corpus, from 0.</summary>
    public required long Number { get; init; }

    /// <summary>Where it stands, for messages: the file and, where it has lines, the line.</summary>
    public required string Place { get; init; }

    /// <summary>Its text; empty for a conversation.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Its messages; empty for a text.</summary>
    public IReadOnlyList<ConversationTurn> Messages { get; init; } = [];
}

/// <summary>One turn of a conversation, as a text file holds it.</summary>
/// <param name="Role">As the chat template knows it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">Its text.</param>
public readonly record struct ConversationTurn(string Role, string Content);
