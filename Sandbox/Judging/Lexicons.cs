using Steering.Sandbox.Language;

namespace Steering.Sandbox.Judging;

/// <summary>The words that give away a register, a topic or a kind of step: the same that the generator writes with.</summary>
internal static class Lexicons
{
    private static readonly Lazy<PhraseSet[]> RegisterPhrases = new(() =>
        [.. Enum.GetValues<Register>().Select(register => new PhraseSet(WorldGrammar.Instance[register].Markers))]);

    private static readonly Lazy<PhraseSet[]> TopicPhrases = new(() =>
        [.. WorldGrammar.Instance.Topics.Select(topic => new PhraseSet(topic.Words))]);

    public static PhraseSet Reflection { get; } = new(["wait let me check", "wait is that right", "hold on", "let me check", "let me look again"]);

    public static PhraseSet Backtrack { get; } = new(["another way", "a different way", "start over", "start again"]);

    public static int Count(Register register, IReadOnlyList<string> words) => RegisterPhrases.Value[(int)register].Count(words);

    public static int Count(Topic topic, IReadOnlyList<string> words) => TopicPhrases.Value[(int)topic].Count(words);

    public static bool[] Covers(Register register, IReadOnlyList<string> words) => RegisterPhrases.Value[(int)register].Covers(words);

    public static bool[] Covers(Topic topic, IReadOnlyList<string> words) => TopicPhrases.Value[(int)topic].Covers(words);
}
