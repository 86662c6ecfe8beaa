namespace Steering.Tests.Sdk.Saes;

/// <summary>Random numbers with a seed, and differences as a share of the expected values' largest magnitude.</summary>
internal static class Numbers
{
    public static float[] Normal(int seed, int count, double deviation = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    public static double RelativeError(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        double scale = 0, error = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            var difference = Math.Abs((double)expected[i] - actual[i]);
            error = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(error, difference);
        }

        return error / Math.Max(scale, 1e-30);
    }

    /// <summary>‖actual − expected‖ / ‖expected‖.</summary>
    public static double RelativeDistance(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        double norm = 0, distance = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            norm += (double)expected[i] * expected[i];
            distance += ((double)expected[i] - actual[i]) * ((double)expected[i] - actual[i]);
        }

        return Math.Sqrt(distance / Math.Max(norm, 1e-30));
    }
}
