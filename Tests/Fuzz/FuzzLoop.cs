using System.Diagnostics;

namespace Steering.Fuzz;

/// <summary>Runs mutated inputs through a target and watches what comes out.</summary>
internal static class FuzzLoop
{
    private static readonly TimeSpan SlowestAllowed = TimeSpan.FromSeconds(10);

    /// <summary>Runs the seeds as they are, then <paramref name="inputs"/> mutations of them.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="seed">Seed of the run; the same seed gives the same inputs.</param>
    /// <param name="inputs">How many mutations.</param>
    /// <param name="findings">Folder that an offending input is written to.</param>
    /// <param name="progress">Told the number of inputs done, now and then; may be null.</param>
    /// <exception cref="FuzzFindingException">A seed was refused, an undocumented exception escaped, or an input cost too much memory or time.</exception>
    public static FuzzReport Run(IFuzzTarget target, ulong seed, long inputs, string findings, IProgress<long>? progress = null)
    {
        foreach (var good in target.Seeds)
        {
            target.Run(good);
        }

        var mutator = new Mutator(target);
        var (accepted, refused, largest, slowest) = (0L, 0L, 0L, TimeSpan.Zero);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0L; i < inputs; i++)
        {
            var input = mutator.Make(FuzzRandom.For(seed, i));
            var outcome = RunOne(target, input);
            accepted += outcome.Escaped is null ? 1 : 0;
            refused += outcome.Escaped is null ? 0 : 1;
            largest = Math.Max(largest, outcome.Allocated);
            slowest = outcome.Elapsed > slowest ? outcome.Elapsed : slowest;
            if (Complaint(target, outcome) is { } complaint)
            {
                Directory.CreateDirectory(findings);
                var path = Path.Combine(findings, FormattableString.Invariant($"{target.Name}-{seed}-{i}.bin"));
                File.WriteAllBytes(path, input);
                throw new FuzzFindingException(FormattableString.Invariant($"{target.Name}, seed {seed}, input {i}: {complaint}. The input is {path}; run it again with --target {target.Name} --replay {path}."), outcome.Escaped!);
            }

            if (i % 1000 == 999)
            {
                progress?.Report(i + 1);
            }
        }

        return new FuzzReport(target.Name, inputs, accepted, refused, largest, slowest, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Runs one input and measures it.</summary>
    public static FuzzOutcome RunOne(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        // Processor time: on a busy machine the clock accuses the innocent.
        var started = Environment.CpuUsage.TotalTime;
        Exception? escaped = null;
        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            escaped = exception;
        }

        return new FuzzOutcome(escaped, GC.GetAllocatedBytesForCurrentThread() - before, Environment.CpuUsage.TotalTime - started);
    }

    /// <summary>What is wrong with an outcome, or null.</summary>
    public static string? Complaint(IFuzzTarget target, FuzzOutcome outcome)
    {
        if (outcome.Escaped is { } escaped && !target.IsDocumented(escaped))
        {
            return $"{escaped.GetType().Name} escaped: {escaped.Message}";
        }

        if (outcome.Allocated > target.AllocationCap)
        {
            return FormattableString.Invariant($"allocated {outcome.Allocated} bytes, more than {target.AllocationCap}");
        }

        return outcome.Elapsed > SlowestAllowed ? FormattableString.Invariant($"took {outcome.Elapsed.TotalSeconds:F1} s") : null;
    }
}
