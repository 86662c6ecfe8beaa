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

/// <summary>A part of a text and the concepts it carries.</summary>
/// <param name="Start">First character, a UTF-16 index into the text.</param>
/// <param name="End">Behind the last character.</param>
/// <param name="Labels">Its labels, each once; none for a step without label.</param>
public sealed record LabelledSpan(int Start, int End, IReadOnlyList<string> Labels);

/// <summary>What the labels of a text belong to.</summary>
public enum LabelScope
{
    /// <summary>The whole text.</summary>
    Text,

    /// <summary>Spans of its characters.</summary>
    Span,

    /// <summary>Its reasoning steps.</summary>
    Step,
}
