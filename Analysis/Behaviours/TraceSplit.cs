using Steering.Analysis.Statistics;

namespace Steering.Analysis.Behaviours;

/// <summary>Which traces are fitted on and which are kept for detection. Whole traces: steps of one are alike.</summary>
public static class TraceSplit
{
    /// <summary>Draws the traces that are kept.</summary>
    /// <param name="traces">Number of traces.</param>
    /// <param name="share">Share that is kept.</param>
    /// <param name="seed">Of the draw.</param>
    /// <returns>[traces] whether it is kept.</returns>
    public static bool[] HeldOut(int traces, double share, long seed)
    {
        int[] order = [.. Enumerable.Range(0, traces)];
        new SeededRandom(seed, stream: 3).Shuffle(order);
        var kept = new bool[traces];
        foreach (var trace in order.Take((int)Math.Round(share * traces)))
        {
            kept[trace] = true;
        }

        return kept;
    }
}
