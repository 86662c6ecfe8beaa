namespace Steering.Analysis.Concepts;

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
