using System.Text.Json;
using Steering.Policies;

namespace Steering.Analysis.Judges;

/// <summary>
/// What an experiment file says of one judge, read strictly: every problem throws at once with the file, the place and what
/// was expected. Fields that its kind does not know were refused before.
/// </summary>
public sealed class JudgeSettings
{
    private readonly JsonElement _element;
    private readonly string _place;
    private readonly string _file;

    internal JudgeSettings(string name, PolicyElement element, string file, bool allowsPrograms)
    {
        Name = name;
        _element = element.Element;
        _place = element.Path;
        _file = file;
        AllowsPrograms = allowsPrograms;
        Folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? file;
    }

    /// <summary>The judge's name.</summary>
    public string Name { get; }

    /// <summary>Folder of the experiment file, from which its relative paths start.</summary>
    public string Folder { get; }

    /// <summary>Whether programs may be started that the file names.</summary>
    public bool AllowsPrograms { get; }

    /// <summary>The threshold that the experiment sets, or null for the judge's own.</summary>
    public double? Threshold => Number("threshold");

    /// <summary>Whether a field is there.</summary>
    public bool Has(string field) => _element.TryGetProperty(field, out _);

    /// <summary>A text; null where it is not there.</summary>
    public string? Text(string field) => Read(field, (PolicyElement element, out string? value) => element.TryText(out value));

    /// <summary>A text that must be there.</summary>
    /// <param name="field">The field.</param>
    /// <param name="what">What it is for, for the message.</param>
    public string RequireText(string field, string what) => Text(field) ?? throw Missing(field, what);

    /// <summary>A number; null where it is not there.</summary>
    public double? Number(string field) => Has(field) ? Read(field, (PolicyElement element, out float value) => element.TryNumber(out value)) : null;

    /// <summary>A whole number; null where it is not there.</summary>
    public int? Whole(string field) => Has(field) ? Read(field, (PolicyElement element, out int value) => element.TryInteger(out value)) : null;

    /// <summary>true or false; null where it is not there.</summary>
    public bool? Flag(string field) => Has(field) ? Read(field, (PolicyElement element, out bool value) => element.TryBoolean(out value)) : null;

    /// <summary>A list of texts; null where it is not there.</summary>
    public IReadOnlyList<string>? Texts(string field) => Read(field, (PolicyElement element, out IReadOnlyList<string>? values) =>
    {
        var texts = new List<string>();
        values = texts;
        return element.IsArray("texts", 100_000) && element.Items().All(item =>
        {
            var read = item.TryText(out var text);
            texts.Add(text ?? string.Empty);
            return read;
        });
    });

    /// <summary>The full path that a field names, relative to <see cref="Folder"/>; null where the field is not there.</summary>
    public string? File(string field) => Text(field) is { } path ? Path.GetFullPath(path, Folder) : null;

    /// <summary>The full path of a file that must be named.</summary>
    /// <param name="field">The field.</param>
    /// <param name="what">What it is for, for the message.</param>
    public string RequireFile(string field, string what) => File(field) ?? throw Missing(field, what);

    /// <summary>The program that a field names: a full path, or a name that the system finds. A path with a separator starts from <see cref="Folder"/>.</summary>
    /// <param name="field">The field.</param>
    /// <param name="what">What it is for, for the message.</param>
    /// <exception cref="SteeringException">There is none, or programs are not allowed; then the message names it.</exception>
    public string RequireProgram(string field, string what)
    {
        var given = RequireText(field, what);
        var program = given.Contains('/', StringComparison.Ordinal) || given.Contains('\\', StringComparison.Ordinal) ? Path.GetFullPath(given, Folder) : given;
        return AllowsPrograms
            ? program
            : throw Refusal(field, $"the experiment would start the program {program}, with all rights of whoever runs it. Read it first and, where you trust it, allow it: --allow-programs on the command line, ExperimentReader.Read(…, allowPrograms: true) in code.");
    }

    /// <summary>Says that a field's value cannot be.</summary>
    /// <param name="field">The field.</param>
    /// <param name="sentence">What was given, what was expected, what to do.</param>
    public SteeringException Refusal(string field, string sentence) => new($"The experiment {_file} is not valid. {_place}.{field}: {sentence}");

    private delegate bool Reader<T>(PolicyElement element, out T value);

    private T? Read<T>(string field, Reader<T> read)
    {
        if (!_element.TryGetProperty(field, out var value))
        {
            return default;
        }

        var problems = new ProblemList();
        var good = read(new PolicyElement(value, $"{_place}.{field}", problems, TextScalars: false), out var result);
        problems.ThrowIfAny($"The experiment {_file}");
        return good ? result : default;
    }

    private SteeringException Missing(string field, string what) => new($"The experiment {_file} is not valid. {_place}: the field '{field}' is missing: {what}.");
}
