using System.Globalization;

namespace Steering.Tensors;

/// <summary>One metadata value of a GGUF file, with conversions that refuse by name instead of guessing.</summary>
public sealed class GgufValue
{
    internal GgufValue(string key, GgufValueType type, object value)
    {
        Key = key;
        Type = type;
        Value = value;
    }

    /// <summary>The key it stands under, for messages.</summary>
    public string Key { get; }

    /// <summary>Type of the value.</summary>
    public GgufValueType Type { get; }

    /// <summary>
    /// The value: a boxed number or boolean, a string, or an array of exactly that type (<c>int[]</c>, <c>string[]</c> …;
    /// <c>GgufValue[]</c> for an array of arrays).
    /// </summary>
    public object Value { get; }

    /// <summary>The text.</summary>
    /// <exception cref="SteeringException">The value is not a string.</exception>
    public string AsString() => Value as string ?? throw Mismatch("a string");

    /// <summary>The boolean.</summary>
    /// <exception cref="SteeringException">The value is not a boolean.</exception>
    public bool AsBoolean() => Value is bool value ? value : throw Mismatch("a boolean");

    /// <summary>Any integer that fits 64 bits with sign.</summary>
    /// <exception cref="SteeringException">The value is not an integer, or too large.</exception>
    public long AsInt64() => Value switch
    {
        byte value => value,
        sbyte value => value,
        ushort value => value,
        short value => value,
        uint value => value,
        int value => value,
        long value => value,
        ulong value when value <= long.MaxValue => (long)value,
        _ => throw Mismatch("an integer below 2⁶³"),
    };

    /// <summary>Any integer that fits 32 bits with sign.</summary>
    /// <exception cref="SteeringException">The value is not an integer, or too large.</exception>
    public int AsInt32()
    {
        var value = AsInt64();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Mismatch("an integer of 32 bits");
    }

    /// <summary>A floating-point number of either precision.</summary>
    /// <exception cref="SteeringException">The value is not floating-point.</exception>
    public double AsDouble() => Value switch
    {
        float value => value,
        double value => value,
        _ => throw Mismatch("a floating-point number"),
    };

    /// <summary>An array of strings.</summary>
    /// <exception cref="SteeringException">The value is not an array of strings.</exception>
    public IReadOnlyList<string> AsStrings() => Value as string[] ?? throw Mismatch("an array of strings");

    /// <summary>An array of integers of any width that fit 64 bits with sign.</summary>
    /// <exception cref="SteeringException">The value is not such an array.</exception>
    public IReadOnlyList<long> AsInt64s() =>
        // By type code: the run time lets a signed array pass for an unsigned one in a type test.
        System.Type.GetTypeCode(Value.GetType().GetElementType()) switch
        {
            TypeCode.Int64 => (long[])Value,
            TypeCode.Byte => Array.ConvertAll((byte[])Value, value => (long)value),
            TypeCode.SByte => Array.ConvertAll((sbyte[])Value, value => (long)value),
            TypeCode.UInt16 => Array.ConvertAll((ushort[])Value, value => (long)value),
            TypeCode.Int16 => Array.ConvertAll((short[])Value, value => (long)value),
            TypeCode.UInt32 => Array.ConvertAll((uint[])Value, value => (long)value),
            TypeCode.Int32 => Array.ConvertAll((int[])Value, value => (long)value),
            TypeCode.UInt64 when Array.TrueForAll((ulong[])Value, value => value <= long.MaxValue) => Array.ConvertAll((ulong[])Value, value => (long)value),
            _ => throw Mismatch("an array of integers below 2⁶³"),
        };

    /// <summary>An array of floating-point numbers, as fp32.</summary>
    /// <exception cref="SteeringException">The value is not such an array.</exception>
    public IReadOnlyList<float> AsFloats() => Value switch
    {
        float[] values => values,
        double[] values => Array.ConvertAll(values, value => (float)value),
        _ => throw Mismatch("an array of floating-point numbers"),
    };

    /// <summary>The value in a few words, for listings.</summary>
    public override string ToString() => Value is Array array
        ? string.Create(CultureInfo.InvariantCulture, $"[{array.Length} elements]")
        : string.Create(CultureInfo.InvariantCulture, $"{Value}");

    private SteeringException Mismatch(string expected)
    {
        const int Shown = 60;
        var text = ToString();
        return new SteeringException($"The GGUF metadata key '{Key}' holds {Type} {(text.Length > Shown ? $"{text[..Shown]}…" : text)}; {expected} was expected.");
    }
}
