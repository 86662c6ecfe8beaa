namespace Steering.Analysis.Corpora;

/// <summary>What makes one document of a plain text.</summary>
public enum TextUnit
{
    /// <summary>The whole file, line ends and all.</summary>
    File,

    /// <summary>Lines up to an empty one (spaces count as empty).</summary>
    Paragraph,

    /// <summary>Every line that is not empty.</summary>
    Line,
}
