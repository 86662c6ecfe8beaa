using Steering.Export.Checkpoints;
using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>Rotary position embedding as tables of cosines and sines, with the scaling that a checkpoint names computed in.</summary>
internal static class RotaryEmbedding
{
    /// <summary>Frequency of every rotated pair, in radians per position.</summary>
    /// <param name="size">Number of rotated elements of a head.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="scaling">Scaling, or null.</param>
    /// <returns>size ÷ 2 frequencies.</returns>
    /// <exception cref="SteeringException">The scaling is of an unknown kind.</exception>
    public static float[] Frequencies(int size, float theta, RopeScaling? scaling)
    {
        var frequencies = new float[size / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Scale((float)(1 / Math.Pow(theta, 2.0 * i / size)), scaling);
        }

        return frequencies;
    }

    /// <summary>Cosines and sines of every position: two tables [positions, size ÷ 2], row-major.</summary>
    public static (float[] Cosines, float[] Sines) Tables(int positions, ReadOnlySpan<float> frequencies)
    {
        var cosines = new float[checked(positions * frequencies.Length)];
        var sines = new float[cosines.Length];
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < frequencies.Length; i++)
            {
                // The product in fp32, as the reference rounds it; the functions in double.
                var (sine, cosine) = Math.SinCos(position * frequencies[i]);
                cosines[(position * frequencies.Length) + i] = (float)cosine;
                sines[(position * frequencies.Length) + i] = (float)sine;
            }
        }

        return (cosines, sines);
    }

    private static float Scale(float frequency, RopeScaling? scaling) => scaling?.Type switch
    {
        null or "default" => frequency,
        "linear" => frequency / scaling.Factor,
        "llama3" => ScaleLlama3(frequency, scaling),
        _ => throw new SteeringException($"The rotary scaling '{scaling.Type}' is not supported. Supported: default, linear, llama3."),
    };

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
}

/// <summary>Tables of rotary positions as weights of a graph.</summary>
/// <param name="Cosines">[positions, rotated ÷ 2]</param>
/// <param name="Sines">[positions, rotated ÷ 2]</param>
internal sealed record RotaryTables(GraphValue Cosines, GraphValue Sines);
