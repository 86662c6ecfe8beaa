using Steering.Analysis.Corpora;
using Steering.Analysis.Statistics;
using Steering.IO;

namespace Steering.Analysis.Concepts;

/// <summary>
/// Texts with labels from files: a table or JSON lines with a field of labels, or one file a label, written
/// <c>LABEL=FILE</c>. Several labels of a text stand in its field separated by <c>|</c>; JSON lines may label spans or
/// reasoning steps instead. Files are read again for every pass.
/// </summary>
public sealed class LabelledCorpus
{
    /// <summary>The field of labels where none is named.</summary>
    public const string DefaultLabelField = "label";

    /// <summary>Separates several labels of a text.</summary>
    public const char Separator = '|';

    private const int MostLabels = 1024;

    private readonly IReadOnlyList<string> _sources;
    private readonly string? _field;
    private readonly string? _labelField;
    private readonly long? _shuffled;

    /// <summary>Opens files.</summary>
    /// <param name="sources"><c>FILE</c> with a field of labels, or <c>LABEL=FILE</c>.</param>
    /// <param name="field">Field of the text, or null for <c>text</c>.</param>
    /// <param name="labelField">Field of the labels, or null for <c>label</c> (in JSON lines <c>label</c>, <c>spans</c> or <c>steps</c>).</param>
    /// <exception cref="SteeringException">No file is given, or one cannot be read or told apart.</exception>
    public LabelledCorpus(IReadOnlyList<string> sources, string? field = null, string? labelField = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0)
        {
            throw new SteeringException("No labelled text was given. Give a table or JSON lines with a field of labels, or LABEL=FILE for each label.");
        }

        (_sources, _field, _labelField) = (sources, field, labelField);
        foreach (var source in sources)
        {
            var (label, path) = Split(source);
            Open(path, field);
            if (label is null && IsPlain(path))
            {
                throw new SteeringException($"{path} is plain text, which has no field of labels. Give it one label as LABEL={path}, or give a .jsonl, .csv, .tsv or .parquet file.");
            }
        }
    }

    private LabelledCorpus(LabelledCorpus other, long seed) =>
        (_sources, _field, _labelField, _shuffled) = (other._sources, other._field, other._labelField, seed);

    /// <summary>Names of the files, for people.</summary>
    public string Name => string.Join(", ", _sources.Select(source => Path.GetFileName(Split(source).Path)));

    /// <summary>Every label, in the order of first appearance, the number of texts, and of those whose labels belong to spans or steps.</summary>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A text has no label, or there are too many for labels.</exception>
    public (IReadOnlyList<string> Labels, long Texts, long InParts) Labels(CancellationToken cancellationToken = default)
    {
        var labels = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (texts, inParts) = (0L, 0L);
        foreach (var text in Read(cancellationToken))
        {
            texts++;
            inParts += text.Scope == LabelScope.Text ? 0 : 1;
            labels.AddRange(text.Labels.Where(seen.Add));
            if (labels.Count > MostLabels)
            {
                throw new SteeringException($"{text.Place}: more than {MostLabels} different labels, so the field '{_labelField ?? DefaultLabelField}' hardly holds labels. Name the right one.");
            }
        }

        return (labels, texts, inParts);
    }

    /// <summary>The same texts with their labels dealt out anew: what a measurement finds in them, it finds by chance.</summary>
    /// <param name="seed">Of the order; the same seed gives the same labels.</param>
    /// <remarks>Labels of spans and steps change places among each other.</remarks>
    public LabelledCorpus WithShuffledLabels(long seed) => new(this, seed);

    /// <summary>Reads the texts, file by file.</summary>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A text has no label, or a line cannot be read; while reading.</exception>
    public IEnumerable<LabelledText> Read(CancellationToken cancellationToken = default) =>
        _shuffled is { } seed ? Shuffled(seed, cancellationToken) : Files(cancellationToken);

    /// <summary>The labels of a field.</summary>
    internal static string[] Names(string labels) => [.. labels.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    /// <summary>The refusal of a text without label.</summary>
    internal static SteeringException Unlabelled(string place, string field) => new($"{place} has no label in '{field}'. Label every text, or leave such lines out.");

    private IEnumerable<LabelledText> Shuffled(long seed, CancellationToken cancellationToken)
    {
        // Labels of whole texts, and of spans, each among their own.
        List<IReadOnlyList<string>>[] labels = [[], []];
        foreach (var text in Files(cancellationToken))
        {
            if (text.Scope == LabelScope.Text)
            {
                labels[0].Add(text.Labels);
            }
            else
            {
                labels[1].AddRange(text.Spans.Select(span => span.Labels));
            }
        }

        var orders = labels.Select((all, kind) =>
        {
            var order = Enumerable.Range(0, all.Count).ToArray();
            new SeededRandom(seed, stream: kind).Shuffle(order);
            return order;
        }).ToArray();
        int[] next = [0, 0];
        IReadOnlyList<string> Deal(int kind) => labels[kind][orders[kind][next[kind]++]];
        foreach (var text in Files(cancellationToken))
        {
            if (text.Scope == LabelScope.Text)
            {
                yield return text with { Labels = Deal(0) };
                continue;
            }

            LabelledSpan[] spans = [.. text.Spans.Select(span => span with { Labels = Deal(1) })];
            yield return text with { Spans = spans, Labels = [.. spans.SelectMany(span => span.Labels).Distinct(StringComparer.Ordinal)] };
        }
    }

    private IEnumerable<LabelledText> Files(CancellationToken cancellationToken)
    {
        foreach (var (label, path) in _sources.Select(Split))
        {
            var texts = label is not null ? Open(path, _field).Read(cancellationToken).Select(text => new LabelledText(text.Text, [label], text.Place))
                : IsJsonLines(path) ? Lines(path, cancellationToken)
                : Rows(path, cancellationToken);
            foreach (var text in texts)
            {
                yield return text;
            }
        }
    }

    private IEnumerable<LabelledText> Rows(string path, CancellationToken cancellationToken)
    {
        foreach (var (text, labels) in Open(path, _field).Read(cancellationToken).Zip(Open(path, _labelField ?? DefaultLabelField, labels: true).Read(cancellationToken)))
        {
            yield return Names(labels.Text) is { Length: > 0 } names ? new LabelledText(text.Text, names, text.Place) : throw Unlabelled(text.Place, _labelField ?? DefaultLabelField);
        }
    }

    private IEnumerable<LabelledText> Lines(string path, CancellationToken cancellationToken)
    {
        using var stream = ReadableFile.Open(path);
        foreach (var text in LabelledLines.Read(stream, path, _field ?? TextCorpusOptions.DefaultField, _labelField))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return text;
        }
    }

    private static TextCorpus Open(string path, string? field, bool labels = false) => TextCorpus.Open(path, IsPlain(path)
        ? new TextCorpusOptions { Unit = TextUnit.Line }
        : new TextCorpusOptions { Field = field, TakesNumbers = labels });

    private static bool IsJsonLines(string path) => Path.GetExtension(path).ToUpperInvariant() is ".JSONL" or ".NDJSON";

    private static bool IsPlain(string path) => Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".TEXT" or ".MD" or "";

    private static (string? Label, string Path) Split(string source)
    {
        var at = source.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && !File.Exists(source) ? (source[..at], source[(at + 1)..]) : (null, source);
    }
}
