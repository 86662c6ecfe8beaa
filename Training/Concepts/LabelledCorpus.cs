using Steering.Training.Activations;

namespace Steering.Training.Concepts;

/// <summary>
/// Texts with labels from files: a table or JSON lines with a field of labels, or one file a label, written
/// <c>LABEL=FILE</c>. Several labels of a text stand in its field separated by <c>|</c>. Files are read again for every pass.
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
    private readonly string _labelField;

    /// <summary>Opens files.</summary>
    /// <param name="sources"><c>FILE</c> with a field of labels, or <c>LABEL=FILE</c>.</param>
    /// <param name="field">Field of the text, or null for <c>text</c>.</param>
    /// <param name="labelField">Field of the labels, or null for <c>label</c>.</param>
    /// <exception cref="SteeringException">No file is given, or one cannot be read or told apart.</exception>
    public LabelledCorpus(IReadOnlyList<string> sources, string? field = null, string? labelField = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0)
        {
            throw new SteeringException("No labelled text was given. Give a table or JSON lines with a field of labels, or LABEL=FILE for each label.");
        }

        (_sources, _field, _labelField) = (sources, field, labelField ?? DefaultLabelField);
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

    /// <summary>Names of the files, for people.</summary>
    public string Name => string.Join(", ", _sources.Select(source => Path.GetFileName(Split(source).Path)));

    /// <summary>Every label, in the order of first appearance, and the number of texts.</summary>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A text has no label, or there are too many for labels.</exception>
    public (IReadOnlyList<string> Labels, long Texts) Labels(CancellationToken cancellationToken = default)
    {
        var labels = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var texts = 0L;
        foreach (var text in Read(cancellationToken))
        {
            texts++;
            labels.AddRange(text.Labels.Where(seen.Add));
            if (labels.Count > MostLabels)
            {
                throw new SteeringException($"{text.Place}: more than {MostLabels} different labels, so the field '{_labelField}' hardly holds labels. Name the right one.");
            }
        }

        return (labels, texts);
    }

    /// <summary>Reads the texts, file by file.</summary>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A text has no label, or a line cannot be read; while reading.</exception>
    public IEnumerable<LabelledText> Read(CancellationToken cancellationToken = default)
    {
        foreach (var (label, path) in _sources.Select(Split))
        {
            var texts = Open(path, _field).Read(cancellationToken);
            if (label is not null)
            {
                foreach (var text in texts)
                {
                    yield return new LabelledText(text.Text, [label], text.Place);
                }

                continue;
            }

            foreach (var (text, labels) in texts.Zip(Open(path, _labelField).Read(cancellationToken)))
            {
                string[] names = [.. labels.Text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
                yield return names.Length > 0
                    ? new LabelledText(text.Text, names, text.Place)
                    : throw new SteeringException($"{text.Place} has no label in '{_labelField}'. Label every text, or leave such lines out.");
            }
        }
    }

    private static TextCorpus Open(string path, string? field) => TextCorpus.Open(path, IsPlain(path)
        ? new TextCorpusOptions { Unit = TextUnit.Line }
        : new TextCorpusOptions { Field = field });

    private static bool IsPlain(string path) => Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".TEXT" or ".MD" or "";

    private static (string? Label, string Path) Split(string source)
    {
        var at = source.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && !File.Exists(source) ? (source[..at], source[(at + 1)..]) : (null, source);
    }
}
