using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Steering.Policies;

/// <summary>One value of a policy document with its path: reads strictly and notes what is wrong instead of throwing.</summary>
/// <param name="Element">The value.</param>
/// <param name="Path">Where it is, as in <c>interventions[2].value</c>.</param>
/// <param name="Problems">Where problems are noted.</param>
/// <param name="TextScalars">Whether numbers and booleans are given as text, as configuration gives them.</param>
internal readonly record struct PolicyElement(JsonElement Element, string Path, ProblemList Problems, bool TextScalars)
{
    private const int LongestShown = 40;

    /// <summary>Checks that this is an object with known fields only.</summary>
    public bool IsObject(string what, IReadOnlyList<string> fields)
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            return Refuse($"expected {what}, an object with the fields {string.Join(", ", fields)}, but found {Found()}.");
        }

        var known = true;
        foreach (var property in Element.EnumerateObject())
        {
            if (!fields.Contains(property.Name, StringComparer.Ordinal))
            {
                known = Refuse($"unknown field '{Shorten(property.Name)}' in {what}: {Nearest(property.Name, fields)}.");
            }
        }

        return known;
    }

    public bool Has(string field) => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(field, out _);

    public bool TryGet(string field, out PolicyElement value)
    {
        if (Element.TryGetProperty(field, out var element))
        {
            value = this with { Element = element, Path = Path.Length == 0 ? field : $"{Path}.{field}" };
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Gets a field that must be there.</summary>
    public bool Require(string field, string what, out PolicyElement value) =>
        TryGet(field, out value) || Refuse($"the field '{field}' is missing: {what}.");

    public IEnumerable<PolicyElement> Items()
    {
        var index = 0;
        foreach (var item in Element.EnumerateArray())
        {
            yield return this with { Element = item, Path = string.Create(CultureInfo.InvariantCulture, $"{Path}[{index++}]") };
        }
    }

    public bool IsArray(string what, int maximum) =>
        Element.ValueKind != JsonValueKind.Array
            ? Refuse($"expected {what}, a list, but found {Found()}.")
            : Element.GetArrayLength() <= maximum || Refuse($"{Element.GetArrayLength()} entries are too many; at most {maximum} are allowed.");

    public bool TryText([NotNullWhen(true)] out string? value)
    {
        value = Element.ValueKind == JsonValueKind.String ? Element.GetString() : null;
        return value is not null || Refuse($"expected text, but found {Found()}.");
    }

    public bool TryBoolean(out bool value)
    {
        value = Element.ValueKind == JsonValueKind.True;
        return Element.ValueKind is JsonValueKind.True or JsonValueKind.False
            || (TextScalars && Element.ValueKind == JsonValueKind.String && bool.TryParse(Element.GetString(), out value))
            || Refuse($"expected true or false, but found {Found()}.");
    }

    public bool TryInteger(out int value)
    {
        value = 0;
        return (Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out value))
            || (TextScalars && Element.ValueKind == JsonValueKind.String && int.TryParse(Element.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            || Refuse($"expected a whole number of 32 bits, but found {Found()}.");
    }

    public bool TryNumber(out float value)
    {
        var number = 0d;
        var read = (Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out number))
            || (TextScalars && Element.ValueKind == JsonValueKind.String && double.TryParse(Element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number));
        value = (float)number;
        return read
            ? float.IsFinite(value) || Refuse($"{Found()} is not finite as a 32-bit floating-point number; strengths and thresholds lie between ±3.4e38.")
            : Refuse($"expected a number, but found {Found()}.");
    }

    public bool TryWord<T>(string what, out T value)
        where T : struct, Enum
    {
        value = default;
        return TryText(out var word)
            && (Words<T>.TryParse(word, out value) || Refuse($"unknown {what} '{Shorten(word)}': {Nearest(word, Words<T>.All)}."));
    }

    /// <summary>Reads a number that may be left out.</summary>
    public float? Number(string field) => TryGet(field, out var value) && value.TryNumber(out var number) ? number : null;

    /// <summary>Reads a word that may be left out.</summary>
    public T? Word<T>(string field)
        where T : struct, Enum => TryGet(field, out var value) && value.TryWord<T>(field, out var member) ? member : null;

    /// <summary>Reads this as a list of numbers.</summary>
    public List<float> Numbers(int maximum)
    {
        var numbers = new List<float>();
        if (IsArray("numbers", maximum))
        {
            foreach (var item in Items())
            {
                if (item.TryNumber(out var number))
                {
                    numbers.Add(number);
                }
            }
        }

        return numbers;
    }

    /// <summary>Reads a list of numbers that must be there.</summary>
    public bool Numbers(string field, int maximum, out IReadOnlyList<float> numbers)
    {
        var there = Require(field, "a list of numbers", out var list);
        numbers = there ? list.Numbers(maximum) : [];
        return there;
    }

    /// <summary>Notes a problem here that leaves nothing to build.</summary>
    /// <returns>false, so that a check can end with it.</returns>
    public bool Refuse(string sentence)
    {
        Problems.AddUnreadable(Path, sentence);
        return false;
    }

    /// <summary>Notes a problem here beside which the rest of the document still means something and is checked.</summary>
    public void Note(string sentence) => Problems.Add(Path, sentence);

    /// <summary>Notes that a field is missing.</summary>
    /// <param name="field">The field.</param>
    /// <param name="sentence">What it is for.</param>
    /// <param name="instead">What stands in for what it would have given, so that the rest is checked; null where nothing can.</param>
    /// <returns><paramref name="instead"/>.</returns>
    public T? Missing<T>(string field, string sentence, T? instead = null)
        where T : class
    {
        var where = this with { Path = $"{Path}.{field}" };
        if (instead is null)
        {
            where.Refuse(sentence);
        }
        else
        {
            where.Note(sentence);
        }

        return instead;
    }

    /// <summary>Cuts long text and makes it safe to print.</summary>
    public static string Shorten(string text)
    {
        var shown = text.Length > LongestShown ? $"{text.AsSpan(0, LongestShown)}…" : text;
        return string.Concat(shown.Select(character => char.IsControl(character) ? '?' : character));
    }

    /// <summary>A half sentence that names the nearest known word and all of them.</summary>
    public static string Nearest(string given, IReadOnlyList<string> known) =>
        $"did you mean {Suggestions.For(given, known, count: 1)}? Known are {string.Join(", ", known)}";

    private string Found() => Element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"the text '{Shorten(Element.GetString()!)}'",
        JsonValueKind.Null => "null (leave the field out instead)",
        JsonValueKind.Undefined => "nothing",
        _ => Shorten(Element.GetRawText()),
    };
}

/// <summary>Collects what is wrong with a policy, one sentence a problem, so that a user mends all of it at once.</summary>
internal sealed class ProblemList
{
    private const int Shown = 10;

    private readonly List<string> _sentences = [];

    /// <summary>Whether something could not be read, so that what was built is not the document.</summary>
    public bool Unreadable { get; private set; }

    /// <summary>Notes a problem.</summary>
    /// <param name="path">Where it is, as in <c>interventions[2].value</c>; empty for the whole document.</param>
    /// <param name="sentence">What was given, what was expected, what to do; ends with a full stop.</param>
    public void Add(string path, string sentence) => _sentences.Add(path.Length == 0 ? sentence : $"{path}: {sentence}");

    /// <summary>Notes something that could not be read.</summary>
    public void AddUnreadable(string path, string sentence)
    {
        Unreadable = true;
        Add(path, sentence);
    }

    /// <summary>Throws all of it, in one line.</summary>
    /// <param name="subject">What is not valid, as in <c>The policy 'calm'</c>.</param>
    public void ThrowIfAny(string subject)
    {
        if (_sentences.Count == 0)
        {
            return;
        }

        var more = _sentences.Count > Shown ? $" And {_sentences.Count - Shown} more problems." : "";
        throw new SteeringException($"{subject} is not valid. {string.Join(' ', _sentences.Take(Shown))}{more}");
    }
}
