namespace Steering.Tests.EndToEnd;

/// <summary>
/// When two greedy decodings agree: token by token, up to the first place where the reference was itself undecided.
/// </summary>
internal static class GreedyRule
{
    /// <summary>Margin (top-1 minus top-2 logit) above which a reference token must be reproduced.</summary>
    public const double DecidedMargin = 1e-2;

    /// <summary>Fails when <paramref name="actual"/> leaves <paramref name="expected"/> at a token that the reference had decided.</summary>
    /// <returns>Number of tokens that agree.</returns>
    public static int AssertSame(IReadOnlyList<int> expected, IReadOnlyList<double> margins, IReadOnlyList<int> actual, string what, double decided = DecidedMargin)
    {
        for (var index = 0; index < expected.Count; index++)
        {
            if (index < actual.Count && expected[index] == actual[index])
            {
                continue;
            }

            Assert.IsLessThanOrEqualTo(
                decided,
                margins[index],
                $"{what}: token {index} is {(index < actual.Count ? actual[index] : -1)} instead of {expected[index]} although the reference's margin is {margins[index]}.");
            return index;
        }

        return expected.Count;
    }
}
