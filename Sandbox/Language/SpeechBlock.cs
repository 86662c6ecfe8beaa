namespace Steering.Sandbox.Language;

/// <summary>
/// One subject of talk in a topic. A <c>frame</c> states a fact, reacts to it and recalls it; a <c>table</c> asks after one
/// of its rows; a <c>talk</c> asks and answers freely.
/// </summary>
internal sealed class SpeechBlock(string kind, string name)
{
    public string Kind { get; } = kind;

    public string Name { get; } = name;

    /// <summary>What the user states (frames).</summary>
    public List<Template> Say { get; } = [];

    /// <summary>What the assistant replies to it (frames).</summary>
    public List<Template> React { get; } = [];

    public List<Template> Ask { get; } = [];

    public List<Template> Answer { get; } = [];

    /// <summary>Rows of a table: slots 1 and 2.</summary>
    public List<string[]> Rows { get; } = [];

    public Dictionary<string, IReadOnlyList<string>> Slots { get; } = new(StringComparer.Ordinal);
}
