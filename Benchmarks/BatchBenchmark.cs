using System.Diagnostics;
using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Benchmarks;

/// <summary>
/// Eight conversations at once: GenAI's own fixed batch, ours without and with eight different conditional policies, in
/// turns; and the time between the tokens of conversations while the prompt of another is read.
/// </summary>
internal static class BatchBenchmark
{
    private const int Rows = 8;
    private const int PromptTokens = 64;
    private const int Tokens = 64;
    private const int LongPrompt = 512;
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
        Identity(decoder, policies).GetAwaiter().GetResult();
        using var patient = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = Rows });
        foreach (var running in (int[])[1, 4, Rows - 1])
        {
            ForeignPrefill(patient, running).GetAwaiter().GetResult();
        }
    }

    private static List<double> GenAi(SteerableModel model)
    {
        using var parameters = new GeneratorParams(model.Native);
        parameters.SetSearchOption("max_length", PromptTokens + Tokens + 2);
        parameters.SetSearchOption("min_length", PromptTokens + Tokens + 2);
        parameters.SetSearchOption("batch_size", Rows);
        parameters.SetSearchOption("do_sample", false);
        using var generator = new Generator(model.Native, parameters);
        SiteBuffers[] sites = [.. model.Sites.Select(site => new SiteBuffers(site, program: null, rows: 0, reservedEncoder: null, reserveScale: false))];
        using var binding = new SocketBinding(generator, sites, model.HiddenSize);
        generator.AppendTokens([.. Enumerable.Range(0, Rows).SelectMany(row => Prompt(row, PromptTokens))]);
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
        var others = all[..^1].Select((policy, row) => Drain(decoder, Request(row, PromptTokens, policy, 2000), running, stop.Token)).ToArray();
        while (Volatile.Read(ref running[0]) < others.Length)
        {
            await Task.Delay(5).ConfigureAwait(false);
        }

        var times = new List<double>();
        var last = 0L;
        await foreach (var token in decoder.DecodeAsync(Request(all.Length, PromptTokens, all[^1], Tokens + 4)).ConfigureAwait(false))
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

    private static async Task ForeignPrefill(BatchingDecoder decoder, int running)
    {
        using var stop = new CancellationTokenSource();
        var started = new int[1];
        var others = Enumerable.Range(1, running - 1).Select(row => Drain(decoder, Request(row, PromptTokens, CompiledPolicy.Empty, 4000), started, stop.Token)).ToArray();
        while (Volatile.Read(ref started[0]) < others.Length)
        {
            await Task.Delay(5).ConfigureAwait(false);
        }

        var (alone, beside) = (new List<double>(), new List<double>());
        Task<TimeSpan>? foreign = null;
        var last = 0L;
        await foreach (var token in decoder.DecodeAsync(Request(0, PromptTokens, CompiledPolicy.Empty, 4000), stop.Token).ConfigureAwait(false))
        {
            var milliseconds = last == 0 ? 0 : Stopwatch.GetElapsedTime(last).TotalMilliseconds;
            last = Stopwatch.GetTimestamp();
            if (foreign is { IsCompleted: true })
            {
                break;
            }

            if (foreign is not null)
            {
                beside.Add(milliseconds);
            }
            else if (decoder.ActiveCount == running && milliseconds > 0)
            {
                alone.Add(milliseconds);
                if (alone.Count == 60)
                {
                    foreign = FirstToken(decoder, Request(99, LongPrompt, CompiledPolicy.Empty, 1));
                }
            }
        }

        var elapsed = await foreign!.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(others).ConfigureAwait(false);
        alone.RemoveRange(0, 20);
        alone.Sort();
        beside.Sort();
        var median = alone[alone.Count / 2];
        Console.WriteLine(FormattableString.Invariant($"{running} running, a prompt of {LongPrompt} tokens arrives: time between tokens {median:F1} ms before (median); beside it mean {beside.Average() / median:F2} ×, median {beside[beside.Count / 2] / median:F2} ×, 95 % {beside[(int)(beside.Count * 0.95)] / median:F2} ×, largest {beside[^1] / median:F2} × (target ≤ 1.5); its first token after {elapsed.TotalSeconds:F1} s."));
    }

    private static async Task<TimeSpan> FirstToken(BatchingDecoder decoder, DecodeRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        await decoder.CompleteAsync(request).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>How many of eight steered conversations have the same greedy tokens alone and together.</summary>
    private static async Task Identity(BatchingDecoder decoder, CompiledPolicy[] policies)
    {
        DecodeRequest[] requests = [.. policies.Select((policy, row) => Request(row, 20 + row, policy, 48))];
        var together = await decoder.CompleteAllAsync(requests, Rows).ConfigureAwait(false);
        var alone = await decoder.CompleteAllAsync(requests, 1).ConfigureAwait(false);
        var first = Enumerable.Range(0, Rows).Select(row => alone[row].Ids.Zip(together[row].Ids).TakeWhile(pair => pair.First == pair.Second).Count());
        Console.WriteLine($"Greedy, alone and together: {alone.Zip(together).Count(pair => pair.First.Equals(pair.Second))} of {Rows} conversations of 48 tokens are equal; equal from the start: {string.Join(", ", first)}.");
        Console.WriteLine();
    }

    private static async Task Drain(BatchingDecoder decoder, DecodeRequest request, int[] started, CancellationToken cancellationToken)
    {
        try
        {
            var tokens = 0;
            await foreach (var _ in decoder.DecodeAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (tokens++ == 0)
                {
                    Interlocked.Increment(ref started[0]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measured conversation is done.
        }
    }

    private static DecodeRequest Request(int row, int tokens, CompiledPolicy policy, int maxTokens) => new()
    {
        PromptIds = Prompt(row, tokens),
        MaxTokens = maxTokens,
        IgnoreEndTokens = true,
        Policy = policy,
    };

    private static int[] Prompt(int row, int tokens) => [.. Enumerable.Range(0, tokens).Select(index => 300 + (((row * 101) + (index * 37)) % 4000))];

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
