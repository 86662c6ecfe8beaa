using System.Diagnostics;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Benchmarks;

/// <summary>Eight conversations at once: GenAI's own fixed batch, ours without and with eight different conditional policies, in turns.</summary>
internal static class BatchBenchmark
{
    private const int Rows = 8;
    private const int PromptTokens = 64;
    private const int Tokens = 64;
    private const int FeaturesOfAPolicy = 16;

    public static void Run(string folder, int rounds, int threads)
    {
        using var model = SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false, Threads = threads });
        using var decoder = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = Rows, PrefillShare = 16 });
        var site = model.Sites[^1];
        var engine = new SteeringEngine(model, new SteeringResources()) { OwnsModel = false };
        CompiledPolicy[] policies = [.. Enumerable.Range(0, Rows).Select(row => engine.Compile(Conditional(site, row)))];
        var (genAi, unsteered, steered, one) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            Action<List<double>>[] turns =
            [
                list => list.AddRange(GenAi(model)),
                list => list.AddRange(Ours(decoder, Enumerable.Repeat(CompiledPolicy.Empty, Rows)).GetAwaiter().GetResult()),
                list => list.AddRange(Ours(decoder, policies).GetAwaiter().GetResult()),
                list => list.AddRange(Ours(decoder, [CompiledPolicy.Empty]).GetAwaiter().GetResult()),
            ];
            List<double>[] lists = [genAi, unsteered, steered, one];
            for (var offset = 0; offset < turns.Length; offset++)
            {
                var index = (round + offset) % turns.Length;

                // The first round warms up.
                turns[index](round == 0 ? [] : lists[index]);
            }
        }

        Console.WriteLine($"## {Rows} conversations of {model.Name} at once ({rounds} rounds of {Tokens} tokens, in turns, {FeaturesOfAPolicy} rows a policy)");
        Console.WriteLine();
        Console.WriteLine("| variant | ms a step: lower quartile | median | tokens/s (lower quartile) |");
        Console.WriteLine("|---|---|---|---|");
        Print("GenAI, fixed batch, unsteered", genAi, Rows);
        Print("BatchingDecoder, unsteered", unsteered, Rows);
        Print("BatchingDecoder, eight conditional policies", steered, Rows);
        Print("BatchingDecoder, one conversation", one, 1);
        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"Steered against GenAI's batch: {Quartile(genAi) / Quartile(steered):F3} × (target ≥ 1.0). Against our unsteered: {((Quartile(unsteered) / Quartile(steered)) - 1) * 100:+0.00;-0.00} % (target ≥ −1.3). Eight against one: {Rows * Quartile(one) / Quartile(unsteered):F2} ×."));
        Console.WriteLine();
        StepByRows(decoder).GetAwaiter().GetResult();
        Identity(decoder, policies).GetAwaiter().GetResult();
    }

    private static List<double> GenAi(SteerableModel model)
    {
        using var generator = new ModelGenerator(model, parameters =>
        {
            parameters.SetSearchOption("max_length", PromptTokens + Tokens + 2);
            parameters.SetSearchOption("min_length", PromptTokens + Tokens + 2);
            parameters.SetSearchOption("batch_size", Rows);
            parameters.SetSearchOption("do_sample", false);
        });
        SiteBuffers[] sites = [.. model.Sites.Select(site => new SiteBuffers(site, program: null, rows: 0, reservedEncoder: null, reserveScale: false))];
        using var binding = new SocketBinding(generator, sites, model.HiddenSize);
        generator.AppendTokens([.. Enumerable.Range(0, Rows).SelectMany(row => Conversations.Prompt(row, PromptTokens))]);
        generator.GenerateNextToken();
        var times = new List<double>();
        for (var token = 0; token < Tokens; token++)
        {
            var start = Stopwatch.GetTimestamp();
            generator.GenerateNextToken();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Array.ForEach(sites, site => site.Dispose());
        return times;
    }

    /// <summary>Milliseconds between the tokens of the conversation that was admitted last, while all the others run.</summary>
    private static async Task<List<double>> Ours(BatchingDecoder decoder, IEnumerable<CompiledPolicy> policies)
    {
        using var stop = new CancellationTokenSource();
        var all = policies.ToArray();
        var running = new int[1];
        var others = all[..^1].Select((policy, row) => Conversations.Drain(decoder, Conversations.Request(row, PromptTokens, policy, 2000), running, stop.Token)).ToArray();
        while (Volatile.Read(ref running[0]) < others.Length)
        {
            await Task.Delay(5).ConfigureAwait(false);
        }

        var times = new List<double>();
        var last = 0L;
        await foreach (var token in decoder.DecodeAsync(Conversations.Request(all.Length, PromptTokens, all[^1], Tokens + 4)).ConfigureAwait(false))
        {
            if (last != 0)
            {
                times.Add(Stopwatch.GetElapsedTime(last).TotalMilliseconds);
            }

            last = Stopwatch.GetTimestamp();
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(others).ConfigureAwait(false);
        return times[2..];
    }

    /// <summary>What a step costs by its rows.</summary>
    private static async Task StepByRows(BatchingDecoder decoder)
    {
        var times = new List<double>();
        for (var rows = 1; rows <= Rows; rows++)
        {
            times.Add(Quartile(await Ours(decoder, Enumerable.Repeat(CompiledPolicy.Empty, rows)).ConfigureAwait(false)));
        }

        Console.WriteLine($"A step of 1 to {Rows} rows, ms (lower quartile): {string.Join(", ", times.Select(time => FormattableString.Invariant($"{time:F2}")))}; against one row: {string.Join(", ", times.Select(time => FormattableString.Invariant($"{time / times[0]:F2}")))}.");
        Console.WriteLine();
    }

    /// <summary>How many of eight steered conversations have the same greedy tokens alone and together.</summary>
    private static async Task Identity(BatchingDecoder decoder, CompiledPolicy[] policies)
    {
        DecodeRequest[] requests = [.. policies.Select((policy, row) => Conversations.Request(row, 20 + row, policy, 48))];
        var together = await decoder.CompleteAllAsync(requests, Rows).ConfigureAwait(false);
        var alone = await decoder.CompleteAllAsync(requests, 1).ConfigureAwait(false);
        var first = Enumerable.Range(0, Rows).Select(row => alone[row].Ids.Zip(together[row].Ids).TakeWhile(pair => pair.First == pair.Second).Count());
        Console.WriteLine($"Greedy, alone and together: {alone.Zip(together).Count(pair => pair.First.Equals(pair.Second))} of {Rows} conversations of 48 tokens are equal; equal from the start: {string.Join(", ", first)}.");
        Console.WriteLine();
    }

    // Half the rows watch, half edit where the one they wait for is active: every token decides for each of them.
    private static SteeringPolicy Conditional(SocketSite site, int row)
    {
        var policy = SteeringPolicy.Create($"conditional {row}");
        var random = new Random(row);
        for (var index = 0; index < FeaturesOfAPolicy / 2; index++)
        {
            policy = policy.Add(Vector(), 2, StrengthUnit.Raw, Gate.Token(Vector(), 1, StrengthUnit.Raw));
        }

        return policy;

        DirectionTarget Vector() => Direction.At(site.Name, [.. Enumerable.Range(0, site.HiddenSize).Select(_ => (float)((random.NextDouble() * 2) - 1) / 14)]);
    }

    private static void Print(string name, List<double> times, int rows) =>
        Console.WriteLine(FormattableString.Invariant($"| {name} | {Quartile(times):F2} | {times.Order().ElementAt(times.Count / 2):F2} | {rows * 1000 / Quartile(times):F1} |"));

    private static double Quartile(List<double> times) => times.Order().ElementAt(times.Count / 4);
}
