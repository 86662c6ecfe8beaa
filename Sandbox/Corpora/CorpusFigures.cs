using Steering.Sandbox.Language;

namespace Steering.Sandbox.Corpora;

/// <summary>Counts over documents: size, entropy, rudeness, steps.</summary>
public sealed class CorpusFigures
{
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);

    /// <summary>Documents counted.</summary>
    public int Documents { get; private set; }

    /// <summary>Characters of their text, markers included.</summary>
    public long Characters { get; private set; }

    /// <summary>Sum of <see cref="SandboxDocument.Nats"/>.</summary>
    public double Nats { get; private set; }

    /// <summary>Replies of the assistant.</summary>
    public int Replies { get; private set; }

    /// <summary>Rude ones among them.</summary>
    public int RudeReplies { get; private set; }

    /// <summary>Replies that end in a final answer.</summary>
    public int Answers { get; private set; }

    /// <summary>Correct ones among them.</summary>
    public int CorrectAnswers { get; private set; }

    /// <summary>Replies with a reflection.</summary>
    public int Reflections { get; private set; }

    /// <summary>Different words, in lower case.</summary>
    public int Words => _words.Count;

    /// <summary>The entropy estimate: nats for each document.</summary>
    public double NatsPerDocument => Nats / Documents;

    /// <summary>The entropy estimate: nats for each character of text, markers included.</summary>
    public double NatsPerCharacter => Nats / Characters;

    /// <summary>Counts one document.</summary>
    /// <param name="document">The document.</param>
    public void Add(SandboxDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Documents++;
        Characters += document.Text.Length;
        Nats += document.Nats;
        foreach (var turn in document.Turns)
        {
            _words.UnionWith(WordSplitter.Words(turn.Text));
            if (turn.Role == TurnRole.Assistant)
            {
                Replies++;
                RudeReplies += turn.Register == Register.Rude ? 1 : 0;
                Reflections += turn.Steps.Any(step => step.Kind == StepKind.Reflection) ? 1 : 0;
                Answers += turn.Steps.Any(step => step.Kind == StepKind.Final) ? 1 : 0;
                CorrectAnswers += turn.Steps.Any(step => step is { Kind: StepKind.Final, Correct: true }) ? 1 : 0;
            }
        }
    }
}
