using System.Numerics;
using Steering.Numerics;

namespace Steering.Analysis.Statistics;

/// <summary>
/// Whole numbers and orders drawn from <see cref="Xoshiro256"/>: the same on every machine and runtime, with a state that can
/// be written down.
/// </summary>
internal sealed class SeededRandom
{
    // Not readonly: drawing changes it in place.
    private Xoshiro256 _numbers;

    /// <summary>A generator for one of many independent purposes.</summary>
    public SeededRandom(long seed, long stream) =>
        _numbers = new Xoshiro256((ulong)seed ^ BitOperations.RotateLeft((ulong)stream * 0x9E3779B97F4A7C15UL, 32));

    /// <summary>A number from 0 to below a limit, every one equally likely.</summary>
    public int Below(int limit)
    {
        // Lemire's method: the rejected remainder would favour small numbers.
        var threshold = (ulong)-(long)limit % (ulong)limit;
        while (true)
        {
            var high = Math.BigMul(_numbers.Next(), (ulong)limit, out var low);
            if (low >= threshold)
            {
                return (int)high;
            }
        }
    }

    /// <summary>Puts items into a random order (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    public void Save(BinaryWriter writer)
    {
        var (a, b, c, d) = _numbers.State;
        writer.Write(a);
        writer.Write(b);
        writer.Write(c);
        writer.Write(d);
    }

    /// <exception cref="SteeringException">The state is none that <see cref="Save"/> writes.</exception>
    public void Restore(BinaryReader reader)
    {
        var (a, b, c, d) = (reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());

        // From zero the generator never leaves zero, and drawing would never end.
        _numbers = (a | b | c | d) != 0
            ? new Xoshiro256(a, b, c, d)
            : throw new SteeringException("The saved state of the random numbers is zero: it is damaged. Resume from an earlier checkpoint.");
    }
}
