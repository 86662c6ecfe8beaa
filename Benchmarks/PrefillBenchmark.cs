using System.Diagnostics;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Benchmarks;

/// <summary>The time between the tokens of conversations while the prompt of another is read.</summary>
internal static class PrefillBenchmark
{
    private const int Slots = 8;
    private const int PromptTokens = 64;
    private const int LongPrompt = 512;
    private const int AloneTokens = 60;
    private const int WarmUpTokens = 20;

    public static async Task RunAsync(string folder)
    {
        using var model = SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false });
        using var decoder = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = Slots });
        Console.WriteLine($"## The prompt of another beside conversations of {model.Name}");
        Console.WriteLine();
        foreach (var running in (int[])[1, 4, Slots - 1])
        {
            await ForeignPrefill(decoder, running).ConfigureAwait(false);
        }

        Console.WriteLine();
    }

    private static async Task ForeignPrefill(BatchingDecoder decoder, int running)
    {
        using var stop = new CancellationTokenSource();
        var started = new int[1];
        var others = Enumerable.Range(1, running - 1).Select(row => Conversations.Drain(decoder, Conversations.Request(row, PromptTokens, CompiledPolicy.Empty, 4000), started, stop.Token)).ToArray();
        while (Volatile.Read(ref started[0]) < others.Length)
        {
            await Task.Delay(5).ConfigureAwait(false);
        }

        var (before, beside, after) = (new List<double>(), new List<double>(), new List<double>());
        Task<TimeSpan>? foreign = null;
        var last = 0L;
        await foreach (var token in decoder.DecodeAsync(Conversations.Request(0, PromptTokens, CompiledPolicy.Empty, 4000), stop.Token).ConfigureAwait(false))
        {
            var milliseconds = last == 0 ? 0 : Stopwatch.GetElapsedTime(last).TotalMilliseconds;
            last = Stopwatch.GetTimestamp();
            if (foreign is { IsCompleted: true })
            {
                after.Add(milliseconds);
                if (after.Count == AloneTokens)
                {
                    break;
                }
            }
            else if (foreign is not null)
            {
                beside.Add(milliseconds);
            }
            else if (decoder.ActiveCount == running && milliseconds > 0)
            {
                before.Add(milliseconds);
                if (before.Count == AloneTokens)
                {
                    foreign = FirstToken(decoder, Conversations.Request(99, LongPrompt, CompiledPolicy.Empty, 1));
                }
            }
        }

        var elapsed = await foreign!.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(others).ConfigureAwait(false);
        var (start, end) = (Turns.Median(before[WarmUpTokens..]), Turns.Median(after));

        // The conversations grow while the prompt is read, and longer ones cost more: compared with what they cost alone at that length.
        double[] ratios = [.. beside.Select((milliseconds, index) => milliseconds / (start + ((end - start) * (index + 0.5) / beside.Count))).Order()];
        Console.WriteLine(FormattableString.Invariant($"{running} running, a prompt of {LongPrompt} tokens arrives: time between tokens {start:F1} ms before, {end:F1} ms after (medians); beside it mean {ratios.Average():F2} ×, median {ratios[ratios.Length / 2]:F2} ×, 95 % {ratios[(int)(ratios.Length * 0.95)]:F2} ×, largest {ratios[^1]:F2} × (target ≤ 1.5); its first token after {elapsed.TotalSeconds:F1} s."));
    }

    private static async Task<TimeSpan> FirstToken(BatchingDecoder decoder, DecodeRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        await decoder.CompleteAsync(request).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }
}
