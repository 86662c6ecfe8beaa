namespace Steering.Analysis.Detoxification;

/// <summary>The largest strength that a budget allows, by the rule of SAEBench's unlearning: the best effect subject to a cost.</summary>
internal static class StrengthBudget
{
    private const int Steps = 12;
    private const double Near = 0.85;

    /// <summary>Finds it.</summary>
    /// <param name="cost">Cost at a strength above 0.</param>
    /// <param name="budget">Largest cost.</param>
    /// <param name="largest">Largest strength that is tried.</param>
    /// <returns>A strength whose cost is at most the budget and, unless it is the largest, above 85 % of it or as near as twelve trials come.</returns>
    public static (float Strength, double Cost) Largest(Func<float, double> cost, double budget, float largest)
    {
        var (low, lowCost, high) = (0f, 0.0, float.PositiveInfinity);
        var next = Math.Min(0.05f, largest);
        for (var step = 0; step < Steps; step++)
        {
            var found = cost(next);
            if (found <= budget)
            {
                (low, lowCost) = (next, found);
                if (found >= Near * budget || next >= largest)
                {
                    break;
                }
            }
            else
            {
                high = next;
            }

            // A cost grows about with the square of a small strength.
            var guess = found > 0 ? next * (float)Math.Clamp(Math.Sqrt(0.93 * budget / found), 0.125, 4) : 4 * next;
            next = Math.Min(largest, guess > low && guess < high ? guess : high < float.PositiveInfinity ? (low + high) / 2 : 2 * low);
        }

        return (low, lowCost);
    }
}
