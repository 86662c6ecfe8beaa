using System.Diagnostics;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Benchmarks;

/// <summary>Seconds from nothing to the first token, fingerprints checked.</summary>
internal static class LoadBenchmark
{
    private const int Rounds = 5;

    public static void Run(string folder)
    {
        var seconds = new List<(double Load, double First)>();
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var model = SteerableModel.Load(folder);
            var loaded = Stopwatch.GetElapsedTime(start).TotalSeconds;
            using var generation = model.Start(new DecodeRequest { PromptIds = [1, 2, 3, 4, 5, 6, 7, 8], MaxTokens = 4 });
            generation.MoveNext();
            seconds.Add((loaded, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }

        Console.WriteLine($"## Load of {folder} ({Rounds} times, fingerprints checked)");
        Console.WriteLine();
        Report("loaded", seconds.Select(pair => pair.Load));
        Report("first token", seconds.Select(pair => pair.First));
    }

    private static void Report(string what, IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        Console.WriteLine(FormattableString.Invariant($"{what}: min {sorted[0]:F2} s, median {sorted[sorted.Length / 2]:F2} s, max {sorted[^1]:F2} s"));
    }
}
