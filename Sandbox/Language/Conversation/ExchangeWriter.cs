using System.Globalization;

namespace Steering.Sandbox.Language.Conversation;

/// <summary>Chooses what one exchange of a conversation is about, and remembers what the conversation has said.</summary>
internal sealed class ExchangeWriter(ChoiceStream choices)
{
    private const string Likes = "likes";
    private readonly List<FactDraft> _facts = [];
    private readonly HashSet<SpeechBlock> _used = [];

    public IReadOnlyList<FactDraft> Facts => _facts;

    /// <summary>Facts that a question could ask for again.</summary>
    public bool CanRecall => _facts.Exists(fact => fact.RecalledIn is null);

    /// <summary>Asks for a fact stated earlier.</summary>
    public Exchange Recall()
    {
        var fact = choices.Pick([.. _facts.Where(fact => fact.RecalledIn is null)]);
        if (fact.Block is { } block)
        {
            return new Exchange(Say(block.Ask, fact.Values), Say(block.Answer, fact.Values), fact, Recalls: true);
        }

        var likes = fact.Values[Likes] == "yes";
        var question = OpinionPhrases.AskAgain.Write(choices, slot => fact.Values[slot]);
        var answer = likes ? OpinionPhrases.StillLikes : OpinionPhrases.StillDislikes;
        return new Exchange(question, answer.Write(choices, slot => fact.Values[slot]), fact, Recalls: true, MayComment: false);
    }

    /// <summary>Something new in a topic.</summary>
    public Exchange Fresh(TopicGrammar topic)
    {
        var frames = Unused(topic.Frames);
        var tables = Unused(topic.Tables);
        var talks = Unused(topic.Talks);
        var opinion = topic.Nouns.Count > 0 && !_facts.Exists(fact => fact.Block is null && fact.Topic == topic.Topic);
        return choices.Weighted([frames.Length, 1.2 * tables.Length, talks.Length, opinion ? 1 : 0]) switch
        {
            0 => State(topic, choices.Pick(frames)),
            1 => Know(choices.Pick(tables)),
            2 => Talk(choices.Pick(talks)),
            _ => Opine(topic),
        };
    }

    /// <summary>A piece of knowledge that nobody asked for; in a topic whose knowledge is used up, one that was told before.</summary>
    public Exchange Tell(TopicGrammar topic)
    {
        var tables = Unused(topic.Tables);
        var table = choices.Pick(tables.Length > 0 ? tables : [.. topic.Tables]);
        return new Exchange("", Say(table.Answer, Row(table)));
    }

    private SpeechBlock[] Unused(List<SpeechBlock> blocks) => [.. blocks.Where(block => !_used.Contains(block))];

    private Exchange State(TopicGrammar topic, SpeechBlock frame)
    {
        _used.Add(frame);
        var fact = new FactDraft(Name(topic) + "." + frame.Name, topic.Topic, frame, new SlotValues(frame.Slots, choices));
        _facts.Add(fact);
        return new Exchange(Say(frame.Say, fact.Values), Say(frame.React, fact.Values), fact);
    }

    private Exchange Know(SpeechBlock table)
    {
        var values = Row(table);
        return new Exchange(Say(table.Ask, values), Say(table.Answer, values));
    }

    /// <summary>One row of a table, which is used up with it.</summary>
    private SlotValues Row(SpeechBlock table)
    {
        _used.Add(table);
        var row = choices.Pick(table.Rows);
        var values = new SlotValues(table.Slots, choices);
        for (var i = 0; i < row.Length; i++)
        {
            values.Set((i + 1).ToString(CultureInfo.InvariantCulture), row[i]);
        }

        return values;
    }

    private Exchange Talk(SpeechBlock talk)
    {
        _used.Add(talk);
        var values = new SlotValues(talk.Slots, choices);
        return new Exchange(Say(talk.Ask, values), Say(talk.Answer, values));
    }

    private Exchange Opine(TopicGrammar topic)
    {
        var values = new SlotValues(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), choices)
            .Set("things", choices.Pick(topic.Nouns).Many)
            .Set(Likes, choices.Chance(0.7) ? "yes" : "no");
        var fact = new FactDraft(Name(topic) + ".opinion", topic.Topic, block: null, values);
        _facts.Add(fact);
        var answer = values[Likes] == "yes" ? OpinionPhrases.Likes : OpinionPhrases.Dislikes;
        return new Exchange(
            OpinionPhrases.Ask.Write(choices, slot => values[slot]), answer.Write(choices, slot => values[slot]), fact, MayComment: false);
    }

    private string Say(List<Template> templates, SlotValues values) => choices.Pick(templates).Write(choices, slot => values[slot]);

    private static string Name(TopicGrammar topic) => topic.Topic is { } named ? WorldGrammar.NameOf(named) : "talk";
}

/// <summary>What is asked and answered, before registers dress it.</summary>
/// <param name="Question">The user's sentences.</param>
/// <param name="Answer">The assistant's sentences.</param>
/// <param name="Fact">The fact that the user states or the assistant recalls, or null.</param>
/// <param name="Recalls">Whether <paramref name="Fact"/> is recalled here rather than stated.</param>
/// <param name="MayComment">Whether a comment may follow; not after an opinion, which it could seem to contradict.</param>
internal sealed record Exchange(string Question, string Answer, FactDraft? Fact = null, bool Recalls = false, bool MayComment = true);
