using System.Globalization;
using Steering.Analysis.Corpora;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>The prompts of an experiment, from its file.</summary>
public static class ExperimentPrompts
{
    private const int LargestPrompt = 1 << 20;

    /// <summary>Reads a prompt file.</summary>
    /// <param name="experiment">The experiment; a relative source starts from its folder.</param>
    /// <param name="template">Puts a conversation into the form that the model answers.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <returns>The prompts; where fewer are asked for than there are, those that the seed draws, in the file's order.</returns>
    /// <exception cref="SteeringException">The file cannot be read, or holds fewer prompts than are asked for.</exception>
    public static IReadOnlyList<ExperimentPrompt> Read(Experiment experiment, Func<IReadOnlyList<ConversationTurn>, string> template, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(template);
        var settings = experiment.Prompts;
        var path = Path.GetFullPath(settings.Source, experiment.Folder);
        var options = new TextCorpusOptions { Field = settings.Field, Chat = settings.Form == PromptForm.Conversation, MaximumBytes = LargestPrompt };
        var plain = Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".TEXT" or ".MD" or "";
        var documents = TextCorpus.Open(path, plain && settings.Form != PromptForm.Conversation ? options with { Unit = TextUnit.Line } : options).Read(cancellationToken)
            .Where(document => document.Messages.Count > 0 || !string.IsNullOrWhiteSpace(document.Text)).ToArray();
        if (settings.Count > documents.Length)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path} holds {documents.Length} prompts, and {settings.Count} are asked for; ask for fewer."));
        }

        return [.. Draw(documents, settings.Count ?? documents.Length, experiment.Seed).Select(document => Prompt(document, experiment, template))];
    }

    private static IEnumerable<TextDocument> Draw(TextDocument[] documents, int count, int seed)
    {
        if (count == documents.Length)
        {
            return documents;
        }

        var order = Enumerable.Range(0, documents.Length).ToArray();
        new SeededRandom(seed, stream: 1).Shuffle(order);
        return order.Take(count).Order().Select(index => documents[index]);
    }

    private static ExperimentPrompt Prompt(TextDocument document, Experiment experiment, Func<IReadOnlyList<ConversationTurn>, string> template)
    {
        var system = experiment.SystemMessage;
        if (experiment.Prompts.Form == PromptForm.Text)
        {
            return new ExperimentPrompt(document.Text, document.Text, system is null ? null : $"{system}\n{document.Text}");
        }

        var messages = document.Messages.Count > 0 ? document.Messages : [new ConversationTurn("user", document.Text.Trim())];
        if (messages[^1].Role != "user")
        {
            throw new SteeringException($"{document.Place}: the conversation ends with a message of the role '{messages[^1].Role}'; the model can only answer a user, so end it with the user's message.");
        }

        return new ExperimentPrompt(
            messages[^1].Content,
            template(messages),
            system is null ? null : template([new ConversationTurn("system", system), .. messages.Where(message => message.Role != "system")]));
    }
}

/// <summary>One prompt of an experiment.</summary>
/// <param name="User">What is answered, for judges and people: the user's last message, or the text that is continued.</param>
/// <param name="Text">The text that the model reads, template applied.</param>
/// <param name="Prompted">The same with the experiment's system message; null where it names none.</param>
public sealed record ExperimentPrompt(string User, string Text, string? Prompted);

/// <summary>A prompt with the replies of all conditions.</summary>
/// <param name="User">What is answered.</param>
/// <param name="Replies">One of each condition.</param>
public sealed record ExamplePrompt(string User, IReadOnlyList<ExampleReply> Replies);

/// <summary>One condition's reply to an example prompt.</summary>
/// <param name="Condition">Name of the condition.</param>
/// <param name="Text">Its first sample.</param>
/// <param name="Hits">Names of the judges for which it is a hit.</param>
public sealed record ExampleReply(string Condition, string Text, IReadOnlyList<string> Hits);
