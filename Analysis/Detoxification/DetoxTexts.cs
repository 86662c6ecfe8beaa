using Steering.Analysis.Corpora;
using Steering.Chat.Toxicity;

namespace Steering.Analysis.Detoxification;

/// <summary>Reads the texts of one kind, toxic or clean.</summary>
public static class DetoxTexts
{
    private const int LargestText = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Plain text, one a line, or <c>.jsonl</c>, <c>.csv</c>, <c>.tsv</c>, <c>.parquet</c>.</param>
    /// <param name="field">Field or column of the text, or null for <c>text</c>.</param>
    /// <param name="promptField">Field or column of what stands before the text, or null where nothing does.</param>
    /// <param name="turn">Puts a user's message into the form that the model answers; null for plain texts.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <returns>The texts that are not blank.</returns>
    /// <exception cref="SteeringException">The file cannot be read or holds no text, or an assistant's turns come without prompts.</exception>
    public static IReadOnlyList<ToxicityExample> Read(string path, string? field = null, string? promptField = null, Func<string, string>? turn = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (turn is not null && promptField is null)
        {
            throw new SteeringException($"{path} is read as an assistant's turns, and the messages that they answer are not given. Name their field with --prompt-field, or read the texts as plain ones with --form text.");
        }

        var texts = Open(path, field).Read(cancellationToken);
        var examples = promptField is null
            ? texts.Select(text => new ToxicityExample(text.Text))
            : texts.Zip(Open(path, promptField).Read(cancellationToken), (text, prompt) => new ToxicityExample(text.Text, turn is null ? prompt.Text : turn(prompt.Text)));
        ToxicityExample[] read = [.. examples.Where(example => !string.IsNullOrWhiteSpace(example.Text))];
        return read.Length > 0 ? read : throw new SteeringException($"{path} holds no text. A policy is fitted on toxic and on clean texts; give some of each.");
    }

    private static TextCorpus Open(string path, string? field)
    {
        var plain = Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".TEXT" or ".MD" or "";
        return TextCorpus.Open(path, new TextCorpusOptions { Field = field, Unit = plain ? TextUnit.Line : TextUnit.File, MaximumBytes = LargestText });
    }
}
