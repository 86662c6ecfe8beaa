namespace Steering.Analysis.Corpora;

/// <summary>How a corpus is read.</summary>
public sealed record TextCorpusOptions
{
    /// <summary>The field or column of text where none is named.</summary>
    public const string DefaultField = "text";

    /// <summary>The field of messages where none is named.</summary>
    public const string DefaultMessagesField = "messages";

    /// <summary>Format; by the file's ending by default.</summary>
    public TextFormat Format { get; init; }

    /// <summary>
    /// The field of a JSON line, or the column of a table, that holds the text. Null: <c>text</c> (<c>messages</c> with <see cref="Chat"/>),
    /// or the only column of a table that has one. A column within another is written with a dot: <c>meta.text</c>.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>What makes a document of a plain text. Default: the whole file.</summary>
    public TextUnit Unit { get; init; }

    /// <summary>Whether the documents are conversations: <c>[{"role": "user", "content": "…"}, …]</c> in a field of a JSON line.</summary>
    public bool Chat { get; init; }

    /// <summary>Whether whole numbers and truth values are texts, as labels are.</summary>
    internal bool TakesNumbers { get; init; }

    /// <summary>Largest document, and line, in bytes; a longer one is refused. Memory is bounded by a few times this. Default: 256 MiB.</summary>
    public int MaximumBytes { get; init; } = 256 << 20;
}

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

/// <summary>How a text file is read.</summary>
public enum TextFormat
{
    /// <summary>By the ending of its name; standard input is plain text.</summary>
    Auto,

    /// <summary>Plain UTF-8 text: <c>.txt</c>, <c>.md</c>, or no ending known.</summary>
    Text,

    /// <summary>A JSON object on every line: <c>.jsonl</c>, <c>.ndjson</c>.</summary>
    JsonLines,

    /// <summary>Comma-separated values as in RFC 4180, with a header: <c>.csv</c>.</summary>
    Csv,

    /// <summary>The same separated by tabs: <c>.tsv</c>.</summary>
    Tsv,

    /// <summary>Parquet with a column of strings: <c>.parquet</c>.</summary>
    Parquet,
}
