using System.Diagnostics;

namespace Steering.Benchmarks;

/// <summary>Work that takes seconds, by turns, so that a machine whose speed drifts slows all alike.</summary>
internal static class Turns
{
    /// <summary>Tokens a second of each, by turns after one round that does not count, unless told otherwise.</summary>
    public static List<double>[] Take(int rounds, Func<int>[] variants, bool warmUp = true)
    {
        var results = variants.Select(_ => new List<double>()).ToArray();
        for (var round = warmUp ? 0 : 1; round <= rounds; round++)
        {
            for (var offset = 0; offset < variants.Length; offset++)
            {
                var index = (round + offset) % variants.Length;
                var start = Stopwatch.GetTimestamp();
                var tokens = variants[index]();
                if (round > 0)
                {
                    results[index].Add(tokens / Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        return results;
    }

    public static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    public static void Print(string title, string[] names, List<double>[] times)
    {
        Console.WriteLine($"## {title}");
        Console.WriteLine();
        Console.WriteLine("| variant | tokens/s min | median | max |");
        Console.WriteLine("|---|---|---|---|");
        for (var index = 0; index < names.Length; index++)
        {
            Console.WriteLine(FormattableString.Invariant($"| {names[index]} | {times[index].Min():F0} | {Median(times[index]):F0} | {times[index].Max():F0} |"));
        }

        Console.WriteLine();
    }
}
