namespace Steering;

/// <summary>The known names that look most like one that was not found, for messages.</summary>
public static class Suggestions
{
    private const int MaximumCandidates = 10_000;
    private const int MaximumLength = 128;

    /// <summary>The nearest known names by edit distance, quoted and joined: <c>'a', 'b', 'c'</c>; "none" when nothing is known.</summary>
    /// <param name="given">The name that was not found.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="count">How many to list.</param>
    public static string For(string given, IEnumerable<string> known, int count = 3)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        var nearest = known
            .Take(MaximumCandidates)
            .Select(name => (Name: name, Distance: Distance(Shorten(given), Shorten(name))))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(count)
            .Select(candidate => $"'{candidate.Name}'")
            .ToArray();
        return nearest.Length == 0 ? "none" : string.Join(", ", nearest);
    }

    private static ReadOnlySpan<char> Shorten(string name) => name.AsSpan(0, Math.Min(name.Length, MaximumLength));

    /// <summary>Levenshtein distance with one row of the table.</summary>
    private static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Span<int> row = stackalloc int[MaximumLength + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            row[column] = column;
        }

        for (var line = 1; line <= left.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= right.Length; column++)
            {
                var substitution = diagonal + (left[line - 1] == right[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(substitution, Math.Min(diagonal, row[column - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
