using System.Globalization;

namespace Steering.Tests.Export.Import;

/// <summary>How far two results are apart.</summary>
internal static class Distance
{
    /// <summary>Largest absolute difference.</summary>
    public static float Largest(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        var largest = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.IsTrue(float.IsFinite(actual[i]), $"element {i} is {actual[i]}");
            largest = Math.Max(largest, Math.Abs(actual[i] - expected[i]));
        }

        return largest;
    }

    /// <summary>Largest magnitude of each row.</summary>
    public static float[] RowSizes(ReadOnlySpan<float> values, int rows)
    {
        var sizes = new float[rows];
        for (var i = 0; i < values.Length; i++)
        {
            ref var size = ref sizes[i / (values.Length / rows)];
            size = Math.Max(size, Math.Abs(values[i]));
        }

        return sizes;
    }

    /// <summary>Root of the mean square of the difference, as a share of that of the expected values.</summary>
    public static double Relative(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        double difference = 0, size = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)actual[i] - expected[i], 2);
            size += Math.Pow(expected[i], 2);
        }

        return Math.Sqrt(difference / size);
    }

    public static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
