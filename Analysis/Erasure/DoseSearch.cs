namespace Steering.Analysis.Erasure;

/// <summary>Finds the dose at which a method removes as much as asked, by halving a list of doses from weak to strong.</summary>
internal static class DoseSearch
{
    /// <summary>Searches.</summary>
    /// <param name="doses">How many doses there are, at least 1.</param>
    /// <param name="drop">What a dose removes, taken to rise with the dose.</param>
    /// <param name="goal">What is to be removed.</param>
    /// <param name="tolerance">A dose this near ends the search.</param>
    /// <returns>Of the doses that were tried the one nearest to the goal, the weaker of two alike; and what it removes.</returns>
    public static (int Dose, double Drop) Find(int doses, Func<int, double> drop, double goal, double tolerance)
    {
        var (low, high) = (0, doses - 1);
        var best = (Dose: -1, Drop: double.PositiveInfinity);
        while (low <= high && !Matches(best.Drop, goal, tolerance))
        {
            var middle = low + ((high - low) / 2);
            var here = (Dose: middle, Drop: drop(middle));
            var (distance, least) = (Math.Abs(here.Drop - goal), Math.Abs(best.Drop - goal));
            best = distance < least || (distance == least && here.Dose < best.Dose) ? here : best;
            (low, high) = here.Drop < goal ? (middle + 1, high) : (low, middle - 1);
        }

        return best;
    }

    /// <summary>Whether a drop counts as what was asked for; a rounding error does not decide.</summary>
    public static bool Matches(double drop, double goal, double tolerance) => Math.Abs(drop - goal) <= tolerance + 1e-9;
}
