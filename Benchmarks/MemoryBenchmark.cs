using System.Diagnostics;
using System.Globalization;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Benchmarks;

/// <summary>Memory of a process by what it decodes with, each in a process of its own, after a reply.</summary>
internal static class MemoryBenchmark
{
    private static readonly (string Name, string What)[] Cases =
    [
        ("nothing", "the runtime alone"),
        ("genai", "GenAiDecoder"),
        ("pass", "ForwardPass"),
        ("batching", "BatchingDecoder, GenAI when needed"),
        ("batching-pass", "BatchingDecoder and ForwardPass, GenAI when needed"),
        ("both", "GenAiDecoder and BatchingDecoder"),
        ("all", "GenAiDecoder, BatchingDecoder and ForwardPass"),
    ];

    public static void Run(string folder)
    {
        Console.WriteLine($"## Memory by decoder, {folder} ({Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length) >> 20} MB on disk)");
        Console.WriteLine();
        Console.WriteLine("| process | resident MB | of these private MB |");
        Console.WriteLine("|---|---|---|");
        foreach (var (name, what) in Cases)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? new[] { typeof(MemoryBenchmark).Assembly.Location } : [], "memory", folder, name]) { RedirectStandardOutput = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            var line = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            process.WaitForExit();
            Console.WriteLine(process.ExitCode == 0 ? $"| {what} | {line} |" : $"| {what} | failed: {line} | |");
        }
    }

    /// <summary>One case in this process.</summary>
    public static async Task RunAsync(string folder, string name)
    {
        var (genAi, batching, pass) = name switch
        {
            "nothing" => (false, false, false),
            "genai" => (true, false, false),
            "pass" => (false, false, true),
            "batching" => (false, true, false),
            "batching-pass" => (false, true, true),
            "both" => (true, true, false),
            "all" => (true, true, true),
            _ => throw new SteeringException($"There is no case '{name}'; there are {string.Join(", ", Cases.Select(item => item.Name))}."),
        };
        using var model = genAi || batching ? SteerableModel.Load(folder, new SteerableModelOptions { LoadGenAiWhenNeeded = !genAi }) : null;
        using var decoder = batching ? new BatchingDecoder(model!) : null;
        using var forward = pass ? ForwardPass.Load(folder) : null;
        var request = new DecodeRequest { PromptIds = [.. Enumerable.Range(5, 32)], MaxTokens = 32, IgnoreEndTokens = true, Policy = CompiledPolicy.Empty };
        if (genAi)
        {
            await new GenAiDecoder(model!).CompleteAsync(request);
        }

        if (decoder is not null)
        {
            await decoder.CompleteAllAsync([.. Enumerable.Repeat(request, 4)], parallelism: 4);
        }

        forward?.Run([.. Enumerable.Range(5, 32)]);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet >> 20} | {Private()}"));
    }

    private static string Private()
    {
        const string Rollup = "/proc/self/smaps_rollup";
        var kilobytes = File.Exists(Rollup)
            ? File.ReadLines(Rollup).First(line => line.StartsWith("Anonymous:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]
            : null;
        return kilobytes is null ? "-" : (long.Parse(kilobytes, CultureInfo.InvariantCulture) >> 10).ToString(CultureInfo.InvariantCulture);
    }
}
