namespace Steering.Sandbox.Language;

/// <summary>How one register opens, comments and closes, and the markers that give it away.</summary>
internal sealed class RegisterGrammar(string name)
{
    public string Name { get; } = name;

    /// <summary>Words or phrases, in lower case, that only this register uses.</summary>
    public List<string> Markers { get; } = [];

    public List<Template> System { get; } = [];

    public List<Template> User { get; } = [];

    public List<Template> Open { get; } = [];

    /// <summary>Remarks on the topic's nouns (slot <c>things</c>).</summary>
    public List<Template> Comment { get; } = [];

    public List<Template> Close { get; } = [];
}
