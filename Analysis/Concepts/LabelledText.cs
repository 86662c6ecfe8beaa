namespace Steering.Analysis.Concepts;

/// <summary>A text and the concepts it carries.</summary>
/// <param name="Text">The text.</param>
/// <param name="Labels">Its labels, each once: at least one, except where they belong to spans or steps.</param>
/// <param name="Place">Where it stands, for messages.</param>
public sealed record LabelledText(string Text, IReadOnlyList<string> Labels, string Place)
{
    /// <summary>What the labels belong to.</summary>
    public LabelScope Scope { get; init; }

    /// <summary>The labelled spans or steps, in the order of the file; empty where the labels belong to the whole text.</summary>
    public IReadOnlyList<LabelledSpan> Spans { get; init; } = [];
}
