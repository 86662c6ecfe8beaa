using Steering.IO;

namespace Steering.Analysis.Corpora;

/// <summary>
/// The documents of a file or of standard input, one at a time: plain text, JSON lines, comma- or tab-separated values, or
/// Parquet. What is malformed is refused with its place, never skipped.
/// </summary>
public sealed class TextCorpus
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    private readonly TextCorpusOptions _options;
    private readonly Func<Stream> _open;
    private bool _consumed;
    private double _share;

    private readonly char _separator;

    private TextCorpus(string path, TextCorpusOptions options, TextFormat format, char separator, Func<Stream> open)
    {
        _separator = separator;
        Path = path;
        Format = format;
        _options = options;
        _open = open;
    }

    /// <summary>The path as given.</summary>
    public string Path { get; }

    /// <summary>How it is read; never <see cref="TextFormat.Auto"/>.</summary>
    public TextFormat Format { get; }

    /// <summary>Whether it can be read more than once; standard input cannot.</summary>
    public bool IsRepeatable => !string.Equals(Path, StandardInput, StringComparison.Ordinal);

    /// <summary>Share of the file's bytes that was read in the pass that runs, 0 to 1; null for standard input and Parquet, which do not tell.</summary>
    public double? ShareRead => IsRepeatable && Format != TextFormat.Parquet ? Volatile.Read(ref _share) : null;

    /// <summary>What decides which documents come out, in one line: format, unit, field.</summary>
    public string Description => $"{(_options.Chat ? "chat " : string.Empty)}{Format}{(Format == TextFormat.Text ? $" by {_options.Unit}" : $" field {Field}")}{(IsUsual ? string.Empty : $" separated by {SeparatedReader.Words(_separator)}")}";

    private bool IsUsual => Format switch
    {
        TextFormat.Csv => _separator == ',',
        TextFormat.Tsv => _separator == '\t',
        _ => true,
    };

    private string Field => _options.Field ?? (_options.Chat ? TextCorpusOptions.DefaultMessagesField : TextCorpusOptions.DefaultField);

    /// <summary>Chooses a reader; the file is checked to exist and to hold something.</summary>
    /// <param name="path">A file, or <c>-</c> for standard input.</param>
    /// <param name="options">How to read it, or null.</param>
    /// <exception cref="SteeringException">The file is missing or empty, or an option does not go with the format.</exception>
    public static TextCorpus Open(string path, TextCorpusOptions? options = null) => Open(path, Console.OpenStandardInput, options);

    /// <summary>As <see cref="Open(string, TextCorpusOptions?)"/>, with another standard input.</summary>
    public static TextCorpus Open(string path, Func<Stream> standardInput, TextCorpusOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(standardInput);
        options ??= new TextCorpusOptions();
        var fromInput = string.Equals(path, StandardInput, StringComparison.Ordinal);
        var format = options.Format == TextFormat.Auto ? (fromInput ? TextFormat.Text : OfEnding(path)) : options.Format;
        CheckOptions(path, format, options);
        var separator = format == TextFormat.Tsv ? '\t' : ',';
        if (fromInput)
        {
            return new TextCorpus(path, options, format, separator, standardInput);
        }

        using (var file = ReadableFile.Open(path))
        {
            if (file.Length == 0)
            {
                throw Empty(path);
            }

            separator = format is TextFormat.Csv or TextFormat.Tsv ? SeparatedReader.Sniff(file, path, options, separator) : separator;
        }

        return new TextCorpus(path, options, format, separator, () => ReadableFile.Open(path));
    }

    /// <summary>Reads the documents.</summary>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <exception cref="SteeringException">Standard input a second time, bytes that are no UTF-8, a malformed line, or a document without the field; while reading, with the place.</exception>
    public IEnumerable<TextDocument> Read(CancellationToken cancellationToken = default)
    {
        if (_consumed && !IsRepeatable)
        {
            throw new SteeringException("Standard input can be read once only. Write the text to a file, or keep its activations in shards.");
        }

        _consumed = true;
        return Enumerate(cancellationToken);
    }

    internal static SteeringException Empty(string path) => new($"{Name(path)} holds no text. Give a file with text in it.");

    internal static string Name(string path) => string.Equals(path, StandardInput, StringComparison.Ordinal) ? "Standard input" : path;

    private static TextFormat OfEnding(string path) => System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSONL" or ".NDJSON" => TextFormat.JsonLines,
        ".CSV" => TextFormat.Csv,
        ".TSV" => TextFormat.Tsv,
        ".PARQUET" => TextFormat.Parquet,
        ".TXT" or ".TEXT" or ".MD" or "" => TextFormat.Text,
        ".JSON" => throw new SteeringException($"{path} is one JSON document; a JSON object on every line was expected (.jsonl). Convert it, for instance with: jq -c '.[]' {path} > text.jsonl"),
        var ending => throw new SteeringException($"{path} ends in '{ending.ToLowerInvariant()}', which says nothing of its format. Known are .txt, .md, .jsonl, .csv, .tsv and .parquet; name another file's format explicitly."),
    };

    private static void CheckOptions(string path, TextFormat format, TextCorpusOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaximumBytes, 1 << 30);
        if (options.Chat && format != TextFormat.JsonLines)
        {
            throw new SteeringException($"{Name(path)} is read as {format}, but conversations come as JSON lines: {{\"messages\": [{{\"role\": \"user\", \"content\": \"…\"}}]}}. Give a .jsonl file, or name the format.");
        }

        if (format == TextFormat.Text && options.Field is not null)
        {
            throw new SteeringException($"{Name(path)} is plain text, which has no field '{options.Field}'. Leave the field out, or give a .jsonl, .csv, .tsv or .parquet file.");
        }

        if (format != TextFormat.Text && options.Unit != TextUnit.File)
        {
            throw new SteeringException($"{Name(path)} is read as {format}, where every row is a document; documents by {options.Unit} are for plain text. Leave the unit out.");
        }

        if (format == TextFormat.Parquet && string.Equals(path, StandardInput, StringComparison.Ordinal))
        {
            throw new SteeringException("Parquet is read from its end and cannot come through standard input. Give the file's path.");
        }
    }

    private IEnumerable<TextDocument> Enumerate(CancellationToken cancellationToken)
    {
        using var stream = _open();
        var name = Name(Path);
        var documents = Format switch
        {
            TextFormat.JsonLines => JsonLinesReader.Read(stream, name, Field, _options),
            TextFormat.Csv or TextFormat.Tsv => SeparatedReader.Read(stream, name, _options, _separator),
            TextFormat.Parquet => ParquetTextReader.Read(stream, name, _options),
            _ => PlainTextReader.Read(stream, name, _options),
        };
        var any = false;
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Volatile.Write(ref _share, IsRepeatable ? Math.Min(1, stream.Position / (double)Math.Max(1, stream.Length)) : 0);
            any |= document.Text.Length > 0 || document.Messages.Count > 0;
            yield return document;
        }

        if (!any)
        {
            throw Empty(Path);
        }
    }
}
