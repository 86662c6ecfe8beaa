namespace Steering.Sandbox.Language;

/// <summary>Everything that can be said in one topic; <see cref="Topic"/> is null for small talk.</summary>
internal sealed class TopicGrammar(Topic? topic)
{
    public Topic? Topic { get; } = topic;

    /// <summary>Every noun: what opinions and the comments of a register speak of, in the plural.</summary>
    public List<(string One, string Many)> Nouns { get; } = [];

    /// <summary>Plurals of what a person can own and count: what word problems are about.</summary>
    public List<string> Items { get; } = [];

    /// <summary>What groups of <see cref="Items"/> are kept in.</summary>
    public List<(string One, string Many)> Containers { get; } = [];

    /// <summary>Words, in lower case, that only this topic uses.</summary>
    public HashSet<string> Words { get; } = new(StringComparer.Ordinal);

    public List<SpeechBlock> Frames { get; } = [];

    public List<SpeechBlock> Tables { get; } = [];

    public List<SpeechBlock> Talks { get; } = [];

    public Dictionary<string, IReadOnlyList<string>> Lists { get; } = new(StringComparer.Ordinal);
}
