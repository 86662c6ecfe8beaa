using System.Diagnostics;
using Steering.Compilation;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Policies;

namespace Steering.Benchmarks;

/// <summary>The same socketed graph on the processor and on CUDA: largest difference of the logits, and time of a pass.</summary>
internal static class DeviceBenchmark
{
    private const int Tokens = 128;
    private const int Rounds = 30;

    /// <param name="path">A socketed folder, or a checkpoint, which is then imported in every precision.</param>
    public static void Run(string path)
    {
        if (!File.Exists(path))
        {
            Compare(path);
            return;
        }

        foreach (var precision in Enum.GetValues<WeightPrecision>())
        {
            var folder = Path.Combine(Path.GetTempPath(), $"steering-device-{Environment.ProcessId}-{precision}");
            ModelImporter.Import(path, folder, new ImportOptions { Precision = precision, Sites = SiteSelection.All }, progress: null, CancellationToken.None);
            Console.WriteLine($"Imported as {precision}.");
            Compare(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string folder)
    {
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(index => 5 + (index * 37 % 1000))];
        using var cpu = ForwardPass.Load(folder, new SteerableModelOptions { VerifyWeights = false });
        using var cuda = ForwardPass.Load(folder, new SteerableModelOptions { Device = ExecutionDevice.Cuda, VerifyWeights = false });
        var manifest = cpu.Manifest ?? throw new SteeringException($"{folder} has no sockets; socket it first with 'steer socket'.");
        var compiler = new PolicyCompiler(manifest, new SteeringResources());
        Console.WriteLine($"## {manifest.ModelName}, {Tokens} tokens in one pass, {manifest.Sites.Count} sites");
        Console.WriteLine();
        Console.WriteLine("| policy | largest difference of logits, CPU and CUDA | largest change that the policy makes | CPU ms (median) | CUDA ms (median) |");
        Console.WriteLine("|---|---|---|---|---|");
        var unsteered = cpu.Run(ids).Logits;
        foreach (var (name, policy) in Policies(manifest))
        {
            var compiled = policy is null ? CompiledPolicy.Empty : compiler.Compile(policy);
            var expected = cpu.Run(ids, compiled).Logits;
            var actual = cuda.Run(ids, compiled).Logits;
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {Difference(expected, actual):E2} | {Difference(expected, unsteered):E2} | {Median(cpu, ids, compiled):F2} | {Median(cuda, ids, compiled):F2} |"));
        }
    }

    private static IEnumerable<(string Name, SteeringPolicy? Policy)> Policies(Sockets.SocketManifest manifest)
    {
        yield return ("none", null);
        var random = new Random(3);
        float[] Direction() => [.. Enumerable.Range(0, manifest.HiddenSize).Select(_ => (float)(random.NextDouble() - 0.5))];

        var one = SteeringPolicy.Create("sixteen directions at one site");
        for (var index = 0; index < 16; index++)
        {
            one = one.Clamp(Steering.Policies.Direction.At(manifest.Sites[manifest.Sites.Count / 2].Name, Direction()), 3);
        }

        yield return (one.Name, one);
        var all = SteeringPolicy.Create("one direction at every site");
        foreach (var site in manifest.Sites)
        {
            all = all.ProjectionGain(Steering.Policies.Direction.At(site.Name, Direction()), -1);
        }

        yield return (all.Name, all);
    }

    private static double Median(ForwardPass forward, int[] ids, CompiledPolicy policy)
    {
        var milliseconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            forward.Run(ids, policy);
            milliseconds[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(milliseconds);
        return milliseconds[Rounds / 2];
    }

    private static float Difference(float[] left, float[] right)
    {
        var largest = 0f;
        for (var index = 0; index < left.Length; index++)
        {
            largest = Math.Max(largest, Math.Abs(left[index] - right[index]));
        }

        return largest;
    }
}
