using System.Globalization;

namespace Steering.Fuzz;

/// <summary>What a run of one target came to.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Inputs">Inputs read.</param>
/// <param name="Accepted">Inputs the reader took although they are mutations.</param>
/// <param name="Refused">Inputs it refused in a documented way.</param>
/// <param name="LargestAllocation">Bytes the costliest input made it allocate.</param>
/// <param name="Slowest">Processor time of the slowest input.</param>
/// <param name="Elapsed">Time of the whole run, by the clock.</param>
internal sealed record FuzzReport(string Target, long Inputs, long Accepted, long Refused, long LargestAllocation, TimeSpan Slowest, TimeSpan Elapsed)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Target}: {Inputs} inputs in {Elapsed.TotalSeconds:F1} s ({Inputs / Math.Max(Elapsed.TotalSeconds, 1e-9):F0}/s), {Accepted} accepted, {Refused} refused, largest allocation {LargestAllocation / 1024} KiB, slowest {Slowest.TotalMilliseconds:F1} ms");
}
