namespace Steering.Analysis.Behaviours;

/// <summary>
/// Words and phrases by behaviour: labels of steps, the baseline that every latent has to beat, and the cues of the
/// falsification. Whole words, whatever their case. Keyword labels are noisy: 93 % of the steps that
/// arXiv 2604.02113 found so did not reproduce the behaviour.
/// </summary>
public sealed class StepWords
{
    private readonly List<(string Label, string Phrase)> _phrases;

    private StepWords(List<(string Label, string Phrase)> phrases) =>
        (_phrases, Labels) = (phrases, [.. phrases.Select(entry => entry.Label).Distinct(StringComparer.Ordinal)]);

    /// <summary>The behaviours, in order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>All phrases, in order.</summary>
    public IReadOnlyList<string> Phrases => [.. _phrases.Select(entry => entry.Phrase)];

    /// <summary>Reads lists.</summary>
    /// <param name="lists"><c>BEHAVIOUR=word,another word</c> each.</param>
    /// <exception cref="SteeringException">One is not written so, or holds no word.</exception>
    public static StepWords Parse(IEnumerable<string> lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        var phrases = new List<(string, string)>();
        foreach (var list in lists)
        {
            var at = list.IndexOf('=', StringComparison.Ordinal);
            string[] words = at < 1 ? [] : list[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0)
            {
                throw new SteeringException($"'{list}' is no list of words; write BEHAVIOUR=word,another word.");
            }

            phrases.AddRange(words.Distinct(StringComparer.OrdinalIgnoreCase).Select(word => (list[..at].Trim(), word)));
        }

        return phrases.Count > 0 ? new StepWords(phrases) : throw new SteeringException("No words were given; write BEHAVIOUR=word,another word.");
    }

    /// <summary>The phrases of one behaviour.</summary>
    /// <param name="label">The behaviour.</param>
    public IReadOnlyList<string> Of(string label) => [.. _phrases.Where(entry => entry.Label == label).Select(entry => entry.Phrase)];

    /// <summary>Behaviours of which a word stands in a text.</summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<string> LabelsOf(string text) => [.. Labels.Where(label => Count(text, label) > 0)];

    /// <summary>How many words of a behaviour stand in a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="label">The behaviour, or null for all.</param>
    public int Count(string text, string? label = null) => Matches(text).Count(match => label is null || _phrases[match.Phrase].Label == label);

    /// <summary>Where words stand in a text: start, length, and number in <see cref="Phrases"/>.</summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<(int Start, int Length, int Phrase)> Matches(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<(int, int, int)>();
        for (var phrase = 0; phrase < _phrases.Count; phrase++)
        {
            var word = _phrases[phrase].Phrase;
            for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var end = at + word.Length;
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
                {
                    found.Add((at, word.Length, phrase));
                }
            }
        }

        return found;
    }
}
