using System.Diagnostics;
using Steering.Decoding;

namespace Steering.Benchmarks;

/// <summary>One thing that is timed token by token beside others.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Start">Starts a generation that is long enough.</param>
internal sealed record Variant(string Name, Func<SteeredGeneration> Start)
{
    private readonly List<double> _milliseconds = [];

    /// <summary>Milliseconds of each token, ascending.</summary>
    public IReadOnlyList<double> Sorted => [.. _milliseconds.Order()];

    public double Quantile(double share) => Sorted[(int)(share * (_milliseconds.Count - 1))];

    public void Time(SteeredGeneration generation)
    {
        var start = Stopwatch.GetTimestamp();
        if (!generation.MoveNext())
        {
            throw new InvalidOperationException($"{Name} ended early.");
        }

        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
