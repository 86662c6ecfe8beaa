namespace Steering.Sandbox.Language.Conversation;

/// <summary>A fact of the conversation that is being written.</summary>
internal sealed class FactDraft(string key, Topic? topic, SpeechBlock? block, SlotValues values)
{
    public string Key { get; } = key;

    public Topic? Topic { get; } = topic;

    /// <summary>The frame that states it; null for an opinion.</summary>
    public SpeechBlock? Block { get; } = block;

    public SlotValues Values { get; } = values;

    public int StatedIn { get; set; }

    public int? RecalledIn { get; set; }

    public Fact ToFact() => new(Key, new SortedDictionary<string, string>(Values.Known.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal), StatedIn, RecalledIn);
}
