using System.Buffers.Binary;
using System.Text;

namespace Steering.Fuzz;

/// <summary>Makes damaged inputs out of good ones: bits, lengths, cuts, splices, words and nesting.</summary>
internal sealed class Mutator(IFuzzTarget target)
{
    /// <summary>Bytes an input may grow to.</summary>
    public const int MaximumLength = 1 << 16;

    private static readonly ulong[] Lengths =
    [
        0, 1, 2, 7, 8, 31, 32, 127, 128, 255, 256, 65535, 65536, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32,
        long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 7, ulong.MaxValue / 4, (ulong.MaxValue / 4) + 1, 1UL << 40, 1UL << 61,
    ];

    private static readonly byte[][] Numbers =
        [.. new[] { "0", "-0", "-1", "1e999", "-1e999", "1e-999", "0.5", "NaN", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e3", "00", "0x10", "null", "true", "\"1\"", "[]", "{}" }.Select(Encoding.ASCII.GetBytes)];

    private static readonly byte[][] Brackets = [.. new[] { "[", "{", "{\"a\":", "]", "}", "\"", "\\u0000", "\\ud800", "," }.Select(Encoding.ASCII.GetBytes)];

    private readonly IReadOnlyList<byte[]> _seeds = target.Seeds;
    private readonly IReadOnlyList<byte[]> _words = target.Words;
    private readonly JsonMutator _json = new(target.Words);

    /// <summary>The damaged input that a stream of numbers stands for.</summary>
    public byte[] Make(FuzzRandom random)
    {
        var seed = random.Pick(_seeds);
        if (target.IsJson && random.Below(2) == 0)
        {
            return _json.Make(seed, random);
        }

        var input = seed.ToArray();
        for (var left = random.Below(2) == 0 ? 1 : 1 + random.Below(4); left > 0; left--)
        {
            input = Mutate(input, random);
        }

        input = random.Below(2) == 0 ? target.Mend(input) : input;
        return input.Length <= MaximumLength ? input : input[..MaximumLength];
    }

    private byte[] Mutate(byte[] input, FuzzRandom random) => random.Below(13) switch
    {
        0 or 1 => FlipBits(input, random),
        2 => SetByte(input, random),
        3 or 4 => AttackLength(input, random),
        5 => input[..random.Below(input.Length + 1)],
        6 => Delete(input, random),
        7 => Splice(input, random),
        8 => Replace(input, random, IsDigit, Numbers),
        9 => _words.Count == 0 ? AttackLength(input, random) : Replace(input, random, IsWordByte, _words),
        10 => Repeat(input, random),
        11 => ReplaceText(input, random),
        _ => Insert(input, random),
    };

    private static byte[] FlipBits(byte[] input, FuzzRandom random)
    {
        for (var left = input.Length == 0 ? 0 : 1 + random.Below(8); left > 0; left--)
        {
            input[random.Below(input.Length)] ^= (byte)(1 << random.Below(8));
        }

        return input;
    }

    private static byte[] SetByte(byte[] input, FuzzRandom random)
    {
        if (input.Length > 0)
        {
            input[random.Below(input.Length)] = (byte)random.Next();
        }

        return input;
    }

    /// <summary>Writes a telling number over four or eight bytes, more often near the start, where heads are.</summary>
    private static byte[] AttackLength(byte[] input, FuzzRandom random)
    {
        if (input.Length < sizeof(ulong))
        {
            return input;
        }

        var range = input.Length - sizeof(ulong) + 1;
        var at = random.Below(2) == 0 ? random.Below(range) : random.Below(Math.Min(range, 64));
        var value = random.Below(4) == 0 ? (ulong)(input.Length + random.Below(65) - 32) : random.Pick(Lengths);
        if (random.Below(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(at), (uint)value);
        }

        return input;
    }

    private static byte[] Delete(byte[] input, FuzzRandom random)
    {
        var (start, length) = Part(input, random);
        return [.. input[..start], .. input[(start + length)..]];
    }

    private byte[] Splice(byte[] input, FuzzRandom random)
    {
        var other = random.Pick(_seeds);
        var (from, length) = Part(other, random);
        var at = random.Below(input.Length + 1);
        var keep = random.Below(2) == 0 ? at : Math.Min(input.Length, at + length);
        return [.. input[..at], .. other[from..(from + length)], .. input[keep..]];
    }

    private static byte[] Repeat(byte[] input, FuzzRandom random)
    {
        var (start, length) = Part(input, random);
        var times = Math.Min(1 << random.Below(8), (MaximumLength - input.Length) / Math.Max(1, length));
        return times <= 0 ? input : [.. input[..start], .. Enumerable.Repeat(input[start..(start + length)], times).SelectMany(part => part), .. input[start..]];
    }

    private static byte[] Insert(byte[] input, FuzzRandom random)
    {
        var bracket = random.Pick(Brackets);
        var times = random.Below(8) == 0 ? 1 << random.Below(12) : 1;
        var at = random.Below(input.Length + 1);
        return [.. input[..at], .. Enumerable.Repeat(bracket, times).SelectMany(part => part), .. input[at..]];
    }

    /// <summary>Replaces one run of bytes of a kind by one of some others.</summary>
    private static byte[] Replace(byte[] input, FuzzRandom random, Func<byte, bool> kind, IReadOnlyList<byte[]> others)
    {
        var from = input.Length == 0 ? 0 : random.Below(input.Length);
        var start = Array.FindIndex(input, from, value => kind(value));
        if (start < 0)
        {
            return FlipBits(input, random);
        }

        while (start > 0 && kind(input[start - 1]))
        {
            start--;
        }

        var end = Array.FindIndex(input, start, value => !kind(value));
        return [.. input[..start], .. random.Pick(others), .. end < 0 ? [] : input[end..]];
    }

    /// <summary>Replaces one quoted text, quotes and all, by a value of another kind.</summary>
    private static byte[] ReplaceText(byte[] input, FuzzRandom random)
    {
        var start = input.Length == 0 ? -1 : Array.IndexOf(input, (byte)'"', random.Below(input.Length));
        var end = start < 0 ? -1 : Array.IndexOf(input, (byte)'"', start + 1);
        return end < 0 ? FlipBits(input, random) : [.. input[..start], .. random.Pick(Numbers), .. input[(end + 1)..]];
    }

    private static (int Start, int Length) Part(byte[] input, FuzzRandom random)
    {
        var start = random.Below(input.Length + 1);
        var most = input.Length - start;
        return (start, random.Below(2) == 0 ? random.Below(most + 1) : random.Below(Math.Min(most, 16) + 1));
    }

    private static bool IsDigit(byte value) => value is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.';

    private static bool IsWordByte(byte value) => value is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (byte)'_' or (byte)'.';
}
