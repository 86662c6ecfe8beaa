using Steering.Export.Checkpoints;
using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>Rotary position embedding as tables of cosines and sines, with the scaling that a checkpoint names computed in.</summary>
internal static class RotaryEmbedding
{
    /// <summary>Frequency of every rotated pair, in radians per position; of a scaling that depends on the length, those of a short sequence.</summary>
    /// <param name="size">Number of rotated elements of a head.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="scaling">Scaling, or null.</param>
    /// <returns>size ÷ 2 frequencies.</returns>
    /// <exception cref="SteeringException">The scaling does not fit the head.</exception>
    public static float[] Frequencies(int size, float theta, RopeScaling? scaling)
    {
        var plain = new float[size / 2];
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = (float)(1 / Math.Pow(theta, 2.0 * i / size));
        }

        return scaling?.Type switch
        {
            null or "dynamic" => plain,
            "linear" => Array.ConvertAll(plain, frequency => frequency / scaling.Factor),
            "llama3" => Array.ConvertAll(plain, frequency => ScaleLlama3(frequency, scaling)),
            "yarn" => ScaleYarn(plain, size, theta, scaling),
            "longrope" => Divided(plain, scaling.ShortFactors, "short_factor"),
            _ => throw new SteeringException($"The rotary scaling '{scaling.Type}' is not supported. Supported: linear, dynamic, llama3, yarn, longrope."),
        };
    }

    /// <summary>The frequencies of longrope beyond the original context.</summary>
    public static float[] LongFrequencies(int size, float theta, RopeScaling scaling) =>
        Divided(Frequencies(size, theta, scaling: null), scaling.LongFactors, "long_factor");

    /// <summary>Cosines and sines of every position, times a factor: two tables [positions, size ÷ 2], row-major.</summary>
    public static (float[] Cosines, float[] Sines) Tables(int positions, ReadOnlySpan<float> frequencies, float factor = 1)
    {
        var cosines = new float[checked(positions * frequencies.Length)];
        var sines = new float[cosines.Length];
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < frequencies.Length; i++)
            {
                // The product in fp32, as the reference rounds it; the functions in double.
                var (sine, cosine) = Math.SinCos(position * frequencies[i]);
                cosines[(position * frequencies.Length) + i] = (float)(cosine * factor);
                sines[(position * frequencies.Length) + i] = (float)(sine * factor);
            }
        }

        return (cosines, sines);
    }

    private static float[] Divided(float[] plain, IReadOnlyList<float> factors, string key) =>
        factors.Count == plain.Length
            ? [.. plain.Zip(factors, (frequency, factor) => frequency / factor)]
            : throw new SteeringException($"The rotary scaling's {key} has {factors.Count} numbers; {plain.Length} were expected, one a rotated pair.");

    // Llama 3.1: long waves are slowed by the factor, short ones kept, those between blended.
    private static float ScaleLlama3(float frequency, RopeScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > scaling.OriginalContextLength / (double)scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (wavelength < scaling.OriginalContextLength / (double)scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var blend = ((scaling.OriginalContextLength / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (float)(((1 - blend) * frequency / scaling.Factor) + (blend * frequency));
    }

    // YaRN (arXiv 2309.00071), section 3.2: pairs by how often they turn over the original context, blended along a ramp.
    private static float[] ScaleYarn(float[] plain, int size, float theta, RopeScaling scaling)
    {
        double Pair(double turns) => size * Math.Log(scaling.OriginalContextLength / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (Pair(scaling.BetaFast), Pair(scaling.BetaSlow));
        if (scaling.Truncates)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        if (low == high)
        {
            high += 0.001;
        }

        return [.. plain.Select((frequency, i) =>
        {
            var slowed = Math.Clamp((i - low) / (high - low), 0, 1);
            return (float)((frequency / scaling.Factor * slowed) + (frequency * (1 - slowed)));
        })];
    }
}

/// <summary>Tables of rotary positions as values of a graph.</summary>
/// <param name="Cosines">[positions, rotated ÷ 2]</param>
/// <param name="Sines">[positions, rotated ÷ 2]</param>
internal sealed record RotaryTables(GraphValue Cosines, GraphValue Sines);
