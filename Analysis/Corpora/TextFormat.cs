namespace Steering.Analysis.Corpora;

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
