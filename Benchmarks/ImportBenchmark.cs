using System.Diagnostics;
using Steering.Export;
using Steering.Export.Precision;

namespace Steering.Benchmarks;

/// <summary>Seconds to turn a checkpoint into a socketed model folder.</summary>
internal static class ImportBenchmark
{
    private const int Rounds = 3;

    public static void Run(string source)
    {
        foreach (var precision in Enum.GetValues<WeightPrecision>())
        {
            var seconds = new double[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                var destination = Path.Combine(Path.GetTempPath(), $"steering-import-{Environment.ProcessId}-{round}");
                var start = Stopwatch.GetTimestamp();
                ModelImporter.Import(source, destination, new ImportOptions { Precision = precision }, progress: null, CancellationToken.None);
                seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Directory.Delete(destination, recursive: true);
            }

            Array.Sort(seconds);
            Console.WriteLine(FormattableString.Invariant($"import to {precision}: min {seconds[0]:F2} s, median {seconds[Rounds / 2]:F2} s, max {seconds[^1]:F2} s"));
        }
    }
}
