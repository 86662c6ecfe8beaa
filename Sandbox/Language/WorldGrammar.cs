namespace Steering.Sandbox.Language;

/// <summary>The whole grammar: topics, small talk and registers, read once from the embedded files.</summary>
internal sealed class WorldGrammar
{
    private static readonly Lazy<WorldGrammar> Shared = new(() => new WorldGrammar());

    private readonly IReadOnlyDictionary<string, RegisterGrammar> _registers = RegisterReader.Read("registers");
    private readonly TopicGrammar[] _topics;

    private WorldGrammar()
    {
        SmallTalk = TopicReader.Read("common", topic: null);
        _topics = [.. Enum.GetValues<Topic>().Select(topic => TopicReader.Read(NameOf(topic), topic, SmallTalk.Lists))];
    }

    public static WorldGrammar Instance => Shared.Value;

    public TopicGrammar SmallTalk { get; }

    public IReadOnlyList<TopicGrammar> Topics => _topics;

    public IReadOnlyList<string> People => SmallTalk.Lists["people"];

    public RegisterGrammar this[Register register] => _registers[register.ToString()];

    public TopicGrammar this[Topic topic] => _topics[(int)topic];

    public RegisterGrammar RequestOf(Instruction instruction) => _registers[instruction.ToString()];

    /// <summary>The topic in lower case: its file, and how facts name it.</summary>
    public static string NameOf(Topic topic) => topic switch
    {
        Topic.Food => "food",
        Topic.Animals => "animals",
        Topic.Weather => "weather",
        Topic.Travel => "travel",
        Topic.Music => "music",
        Topic.Work => "work",
        Topic.Sport => "sport",
        Topic.Family => "family",
        Topic.School => "school",
        Topic.Health => "health",
        Topic.Gardens => "gardens",
        _ => "machines",
    };
}
