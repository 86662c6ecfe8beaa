namespace Steering.Analysis.Judges;

/// <summary>
/// A text as hashed n-grams: words, pairs of words, and runs of three to five characters inside words, in lower case. Each
/// counts once, and the vector has length 1.
/// </summary>
internal static class TextFeatures
{
    /// <summary>Number of buckets, a power of two.</summary>
    public const int Buckets = 1 << 18;

    private const int LongestText = 20_000;
    private const int ShortestGram = 3;
    private const int LongestGram = 5;
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>The buckets of a text, ascending; each has the weight 1/√count. Empty where there is no letter or digit.</summary>
    /// <param name="text">The text; what goes beyond 20,000 characters is not read.</param>
    public static int[] Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var buckets = new SortedSet<int>();
        uint? before = null;
        var read = text.AsSpan(0, Math.Min(text.Length, LongestText));
        for (var at = 0; at < read.Length;)
        {
            if (!char.IsLetterOrDigit(read[at]))
            {
                at++;
                continue;
            }

            var end = at;
            while (end < read.Length && (char.IsLetterOrDigit(read[end]) || read[end] is '\'' or '*' or '@' or '$'))
            {
                end++;
            }

            before = AddWord(buckets, $"<{read[at..end].ToString().ToLowerInvariant()}>", before);
            at = end;
        }

        return [.. buckets];
    }

    private static uint AddWord(SortedSet<int> buckets, string word, uint? before)
    {
        var whole = Hash(word, Offset ^ 1);
        Add(buckets, whole);
        if (before is { } previous)
        {
            Add(buckets, Hash(word, previous ^ 2));
        }

        for (var length = ShortestGram; length <= LongestGram; length++)
        {
            for (var start = 0; start + length <= word.Length; start++)
            {
                Add(buckets, Hash(word.AsSpan(start, length), Offset ^ 3));
            }
        }

        return whole;
    }

    private static void Add(SortedSet<int> buckets, uint hash) => buckets.Add((int)((hash ^ (hash >> 16)) & (Buckets - 1)));

    // FNV-1a: the same everywhere and for ever, unlike string.GetHashCode.
    private static uint Hash(ReadOnlySpan<char> text, uint hash)
    {
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * Prime;
        }

        return hash;
    }
}
