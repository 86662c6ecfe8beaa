namespace Steering.Analysis.Statistics;

/// <summary>Fisher's exact test of two rates, for counts too small for a normal approximation.</summary>
internal static class FisherExact
{
    // Tables that are as improbable as the observed one up to rounding count with it, as in R and SciPy.
    private const double Tolerance = 1e-7;

    /// <summary>Two-sided p: the probability, margins given, of a table no more probable than the observed one.</summary>
    /// <param name="first">One rate.</param>
    /// <param name="second">The other.</param>
    public static double TwoSided(Rate first, Rate second)
    {
        var hits = first.Hits + second.Hits;
        var all = first.Total + second.Total;
        var factorials = new double[all + 1];
        for (var number = 2; number <= all; number++)
        {
            factorials[number] = factorials[number - 1] + Math.Log(number);
        }

        double Probability(int inFirst) => Math.Exp(
            Choose(first.Total, inFirst) + Choose(second.Total, hits - inFirst) - Choose(all, hits));

        double Choose(int from, int taken) => factorials[from] - factorials[taken] - factorials[from - taken];

        var observed = Probability(first.Hits) * (1 + Tolerance);
        var sum = 0d;
        for (var inFirst = Math.Max(0, hits - second.Total); inFirst <= Math.Min(hits, first.Total); inFirst++)
        {
            var probability = Probability(inFirst);
            sum += probability <= observed ? probability : 0;
        }

        return Math.Min(1, sum);
    }
}
