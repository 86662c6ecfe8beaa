namespace Steering.Sandbox.Replies;

/// <summary>A conversation up to a turn that the assistant is to speak.</summary>
/// <param name="Document">The whole conversation as the generator wrote it.</param>
/// <param name="Turn">Index in <see cref="SandboxDocument.Turns"/> of the assistant's turn.</param>
public sealed record ReplyPrompt(SandboxDocument Document, int Turn)
{
    /// <summary>An instruction that takes the place of the document's own, or null.</summary>
    public string? System { get; init; }

    /// <summary>What the generator replied here.</summary>
    public SandboxTurn Written => Document.Turns[Turn];

    /// <summary>The user's turn that is answered.</summary>
    public SandboxTurn User => Document.Turns[Turn - 1];

    /// <summary>Whether the user's turn is a word problem.</summary>
    public bool IsProblem => Written.Steps.Any(step => step.Kind == StepKind.Final);

    /// <summary>ChatML that ends with the assistant's opening marker.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="Turn"/> is not an assistant's turn.</exception>
    public string Text()
    {
        var own = Document.PromptFor(Turn);
        if (System is null)
        {
            return own;
        }

        var rest = Document.Turns[0].Role == TurnRole.System ? own[(own.IndexOf(ChatMarkers.Close, StringComparison.Ordinal) + ChatMarkers.Close.Length)..] : own;
        return ChatMarkers.Open(TurnRole.System) + System + ChatMarkers.Close + rest;
    }

    /// <summary>The assistant's turns of documents, in order.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="firstOnly">Whether only the first reply of each document is taken, so that prompts are independent.</param>
    public static IEnumerable<ReplyPrompt> Of(IEnumerable<SandboxDocument> documents, bool firstOnly = true)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return documents.SelectMany(document =>
        {
            var prompts = Enumerable.Range(0, document.Turns.Count)
                .Where(turn => document.Turns[turn].Role == TurnRole.Assistant)
                .Select(turn => new ReplyPrompt(document, turn));
            return firstOnly ? prompts.Take(1) : prompts;
        });
    }
}
