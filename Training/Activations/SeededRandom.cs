using System.Numerics;

namespace Steering.Training.Activations;

/// <summary>
/// xoshiro256** (Blackman and Vigna, 2018) seeded by SplitMix64: the same numbers on every machine and runtime, with a
/// state that can be written down.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>A generator for one of many independent purposes.</summary>
    public SeededRandom(long seed, long stream)
    {
        var state = (ulong)seed ^ BitOperations.RotateLeft((ulong)stream * 0x9E3779B97F4A7C15UL, 32);
        (_a, _b, _c, _d) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>A number from 0 to below a limit, every one equally likely.</summary>
    public int Below(int limit)
    {
        // Lemire's method: the rejected remainder would favour small numbers.
        var threshold = (ulong)-(long)limit % (ulong)limit;
        while (true)
        {
            var high = Math.BigMul(Next(), (ulong)limit, out var low);
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
        writer.Write(_a);
        writer.Write(_b);
        writer.Write(_c);
        writer.Write(_d);
    }

    /// <exception cref="SteeringException">The state is none that <see cref="Save"/> writes.</exception>
    public void Restore(BinaryReader reader)
    {
        (_a, _b, _c, _d) = (reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());

        // From zero the generator never leaves zero, and drawing would never end.
        if ((_a | _b | _c | _d) == 0)
        {
            throw new SteeringException("The saved state of the random numbers is zero: it is damaged. Resume from an earlier checkpoint.");
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }

    private ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }
}
