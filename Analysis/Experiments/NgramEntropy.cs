namespace Steering.Analysis.Experiments;

/// <summary>
/// How varied a text is: (2/3·H₂ + 4/3·H₃)/2 with H the entropy, in bits, of its pairs and triples of words (the fluency
/// measure of ROME, as STA takes it). A text that repeats itself has little; so has a short one, so compare like with like.
/// </summary>
internal static class NgramEntropy
{
    /// <summary>The measure of a text.</summary>
    /// <param name="text">The text; white space separates words.</param>
    /// <returns>Bits, ≥ 0; 0 for a text of fewer than three words that has no two different pairs.</returns>
    public static double Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return ((2.0 / 3 * Entropy(words, 2)) + (4.0 / 3 * Entropy(words, 3))) / 2;
    }

    private static double Entropy(string[] words, int size)
    {
        var total = words.Length - size + 1;
        if (total < 1)
        {
            return 0;
        }

        return Enumerable.Range(0, total)
            .GroupBy(at => string.Join(' ', words, at, size), StringComparer.Ordinal)
            .Sum(group => -(double)group.Count() / total * Math.Log2((double)group.Count() / total));
    }
}
