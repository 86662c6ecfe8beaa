using System.Collections.Frozen;

namespace Steering.Policies.Operators;

/// <summary>The operators that policies may name.</summary>
internal static class OperatorRegistry
{
    private static readonly OperatorSyntax[] All =
    [
        AddOperator.Json,
        ClampOperator.Json,
        ClampWhereActiveOperator.Json,
        ScaleOperator.Json,
        AblateOperator.Json,
        CapOperator.Json,
        FloorOperator.Json,
        ProjectionGainOperator.Json,
        AttenuateOperator.Json,
        RangeMaskOperator.Json,
        DampenOperator.Json,
        FullMaskOperator.Json,
    ];

    private static readonly FrozenDictionary<string, OperatorSyntax> ByWord = All.ToFrozenDictionary(syntax => syntax.Word, StringComparer.Ordinal);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. All.Select(syntax => syntax.Word)];

    /// <summary>The fields of an intervention that belong to one or several of them.</summary>
    public static IReadOnlyList<string> Fields { get; } = [.. All.SelectMany(syntax => syntax.Fields).Distinct(StringComparer.Ordinal)];

    /// <summary>The objects within their fields: the name of each in the schema's definitions, and its fields.</summary>
    public static IReadOnlyList<(string Definition, string[] Fields)> Objects { get; } = [.. All.SelectMany(syntax => syntax.Objects).DistinctBy(entry => entry.Definition, StringComparer.Ordinal)];

    /// <summary>Reads the operator that an intervention names, with its numbers; the fields of others are refused.</summary>
    /// <returns>null when what was noted leaves nothing to build.</returns>
    public static SteeringOperator? Read(PolicyElement intervention)
    {
        if (!intervention.Require("operator", $"one of {string.Join(", ", Words)}", out var element) || !element.TryText(out var word))
        {
            return null;
        }

        if (!ByWord.TryGetValue(word, out var syntax))
        {
            element.Refuse($"unknown operator '{PolicyElement.Shorten(word)}': {PolicyElement.Nearest(word, Words)}.");
            return null;
        }

        foreach (var field in Fields.Except(syntax.Fields, StringComparer.Ordinal))
        {
            if (intervention.TryGet(field, out var foreign))
            {
                foreign.Note($"{word} takes no {field}; {syntax.Takes}. '{field}' is for {Takers(field)}.");
            }
        }

        return syntax.Read(intervention);
    }

    private static string Takers(string field)
    {
        string[] words = [.. All.Where(syntax => syntax.Fields.Contains(field, StringComparer.Ordinal)).Select(syntax => syntax.Word)];
        return words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} and {words[^1]}";
    }
}
