using System.Globalization;
using Steering.Analysis.Judges;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>One value of an experiment file: what it cannot be throws at once, with the file and the place.</summary>
internal sealed class ExperimentElement(PolicyElement element, string file)
{
    private delegate bool Reader<T>(PolicyElement element, out T value);

    public bool IsText => element.Element.ValueKind == System.Text.Json.JsonValueKind.String;

    public void Object(string what, IReadOnlyList<string> fields)
    {
        element.IsObject(what, fields);
        element.Problems.ThrowIfAny(Subject);
    }

    public ExperimentElement? Optional(string field)
    {
        if (element.Element.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            Object("an object", [field]);
        }

        return element.TryGet(field, out var value) ? new ExperimentElement(value, file) : null;
    }

    public ExperimentElement Require(string field, string what) => Optional(field) ?? throw Refusal(null, $"the field '{field}' is missing: {what}.");

    public string Self() => Read(element, (PolicyElement value, out string? text) => value.TryText(out text))!;

    public string? Text(string field) => Optional(field)?.Self();

    public string RequireText(string field, string what)
    {
        var text = Require(field, what).Self();
        return string.IsNullOrWhiteSpace(text) ? throw Refusal(field, $"is empty; give {what}.") : text;
    }

    public string RequireFile(string field, string what)
    {
        var path = Path.GetFullPath(RequireText(field, what), Path.GetDirectoryName(Path.GetFullPath(file))!);
        return File.Exists(path) ? path : throw Refusal(field, $"{path} does not exist; paths start from the experiment's folder.");
    }

    public bool? Flag(string field) => Optional(field) is { } value ? value.Read(value.Inner, (PolicyElement inner, out bool flag) => inner.TryBoolean(out flag)) : null;

    public int? Whole(string field, int minimum, int maximum)
    {
        if (Optional(field) is not { } value)
        {
            return null;
        }

        var number = value.Read(value.Inner, (PolicyElement inner, out int whole) => inner.TryInteger(out whole));
        return number >= minimum && number <= maximum ? number : throw Refusal(field, string.Create(CultureInfo.InvariantCulture, $"{number} is outside its range; expected {minimum} to {maximum}."));
    }

    public double? Number(string field, double minimum, double maximum)
    {
        if (Optional(field) is not { } value)
        {
            return null;
        }

        var number = value.Read(value.Inner, (PolicyElement inner, out float real) => inner.TryNumber(out real));
        return number >= minimum && number <= maximum ? number : throw Refusal(field, string.Create(CultureInfo.InvariantCulture, $"{number} is outside its range; expected {minimum} to {maximum}."));
    }

    public T? Word<T>(string field, string what)
        where T : struct, Enum => Optional(field) is { } value ? value.Read(value.Inner, (PolicyElement inner, out T word) => inner.TryWord(what, out word)) : null;

    public IReadOnlyList<string>? Texts(string field) => Optional(field)?.Items(field, 100_000).Select(item => item.Self()).ToArray();

    public IEnumerable<ExperimentElement> Items(string what, int maximum)
    {
        element.IsArray(what, maximum);
        element.Problems.ThrowIfAny(Subject);
        return element.Items().Select(item => new ExperimentElement(item, file));
    }

    public IEnumerable<(string Name, ExperimentElement Value)> Members()
    {
        if (element.Element.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            throw Refusal(null, "expected an object: {\"id\": \"folder\", …}.");
        }

        foreach (var property in element.Element.EnumerateObject())
        {
            yield return (property.Name, new ExperimentElement(element with { Element = property.Value, Path = $"{element.Path}.{PolicyElement.Shorten(property.Name)}" }, file));
        }
    }

    public JudgeSettings Judge(string name, bool allowPrograms) => new(name, element, file, allowPrograms);

    public SteeringException Refusal(string? field, string sentence)
    {
        var place = (element.Path, field) switch
        {
            ("", null) => string.Empty,
            ("", _) => $"{field}: ",
            (_, null) => $"{element.Path}: ",
            _ => $"{element.Path}.{field}: ",
        };
        return new SteeringException($"{Subject} is not valid. {place}{sentence}");
    }

    private string Subject => $"The experiment {file}";

    private PolicyElement Inner => element;

    private T Read<T>(PolicyElement value, Reader<T> read)
    {
        read(value, out var result);
        element.Problems.ThrowIfAny(Subject);
        return result;
    }
}
