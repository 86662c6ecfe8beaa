using System.Collections.Frozen;
using System.Text.Json;

namespace Steering.Policies;

/// <summary>The words by which the JSON names the members of an enumeration: the member's name in camel case.</summary>
internal static class Words<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> Members =
        Enum.GetValues<T>().ToFrozenDictionary(Of, StringComparer.Ordinal);

    /// <summary>All words, in the enumeration's order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<T>().Select(Of)];

    public static string Of(T member) => JsonNamingPolicy.CamelCase.ConvertName(member.ToString());

    public static bool TryParse(string word, out T member) => Members.TryGetValue(word, out member);
}
