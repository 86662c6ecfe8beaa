using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Benchmarks;

/// <summary>What a toxicity filter costs per token while nothing alarms: a probe watched, tokens held back, a policy ready to take over.</summary>
internal static class FilterBenchmark
{
    private const int WarmUpTokens = 16;
    private const int Tokens = 100;
    private const int Rounds = 8;
    private const float Never = 1e9f;
    private const string Ready = "ready";

    public static async Task RunAsync(string folder)
    {
        using var model = SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false });
        if (model.Sites.Count == 0)
        {
            throw new SteeringException($"{folder} has no sockets; make a socketed folder with 'steer socket'.");
        }

        var site = model.Sites[Math.Max(0, model.Sites.Count - 2)];
        var policy = SteeringPolicy.Create(Ready).Add(Direction.At(site.Name, Random(site.HiddenSize, 2)), 1);
        var engine = new SteeringEngine(model, new SteeringResources(), new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { [Ready] = policy }) { OwnsModel = false };
        var decoder = new GenAiDecoder(model);
        (string Name, Func<IAsyncEnumerable<DecodedToken>> Start)[] variants =
        [
            ("without filter", () => decoder.DecodeAsync(Request())),
            ("without filter, again (noise)", () => decoder.DecodeAsync(Request())),
            ("stop, one probe", () => Filtered(ToxicityFilterAction.Stop)),
            ("rewind, one probe and a policy that waits", () => Filtered(ToxicityFilterAction.Rewind)),
        ];
        var milliseconds = variants.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var running = variants.Select(variant => variant.Start().GetAsyncEnumerator()).ToArray();
            for (var token = -WarmUpTokens; token < Tokens; token++)
            {
                for (var offset = 0; offset < variants.Length; offset++)
                {
                    var index = (token + WarmUpTokens + offset) % variants.Length;
                    var start = Stopwatch.GetTimestamp();
                    await running[index].MoveNextAsync();
                    if (token >= 0)
                    {
                        milliseconds[index].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                }
            }

            foreach (var enumerator in running)
            {
                await enumerator.DisposeAsync();
            }
        }

        Print(model.Name, site.Name, [.. variants.Select(variant => variant.Name)], milliseconds);

        IAsyncEnumerable<DecodedToken> Filtered(ToxicityFilterAction action)
        {
            var options = new ToxicityFilterOptions { Action = action, Policy = action == ToxicityFilterAction.Rewind ? Ready : null };
            options.Watches.Add(new ToxicityWatch(Direction.At(site.Name, Random(site.HiddenSize, 1))) { On = Never });
            var session = new FilterSession(new FilterPlan(engine, options), new FilterLog(options, model.Name, NullLogger.Instance));
            return FilteredDecoding.DecodeAsync(decoder, session.Attach(Request(), null), session, model, CancellationToken.None);
        }
    }

    private static DecodeRequest Request() => new()
    {
        PromptIds = [.. Enumerable.Range(0, 64).Select(index => 300 + (index * 37 % 400))],
        MaxTokens = Tokens + WarmUpTokens + 64,
        IgnoreEndTokens = true,
        Policy = CompiledPolicy.Empty,
    };

    private static float[] Random(int size, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    private static void Print(string model, string site, string[] names, List<double>[] milliseconds)
    {
        Console.WriteLine(FormattableString.Invariant($"## Toxicity filter on {model}, {site} ({Tokens * Rounds} tokens each, interleaved)"));
        Console.WriteLine();
        Console.WriteLine("| variant | min ms | lower quartile | median | max | against no filter (lower quartile) | (median) |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        for (var index = 0; index < names.Length; index++)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"| {names[index]} | {At(index, 0):F3} | {At(index, 0.25):F3} | {At(index, 0.5):F3} | {At(index, 1):F3} | {((At(index, 0.25) / At(0, 0.25)) - 1) * 100:+0.00;-0.00} % | {((At(index, 0.5) / At(0, 0.5)) - 1) * 100:+0.00;-0.00} % |"));
        }

        double At(int index, double share) => milliseconds[index].Order().ElementAt((int)(share * (milliseconds[index].Count - 1)));
    }
}
