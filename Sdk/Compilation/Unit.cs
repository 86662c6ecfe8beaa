namespace Steering.Compilation;

/// <summary>Vectors of unit norm.</summary>
internal static class Unit
{
    /// <summary>The vector divided by its Euclidean norm, which is computed in double precision.</summary>
    /// <param name="vector">A vector that is not zero.</param>
    public static float[] Of(ReadOnlySpan<float> vector)
    {
        var square = 0d;
        foreach (var value in vector)
        {
            square += (double)value * value;
        }

        var norm = Math.Sqrt(square);
        var unit = new float[vector.Length];
        for (var index = 0; index < unit.Length; index++)
        {
            unit[index] = (float)(vector[index] / norm);
        }

        return unit;
    }

    /// <summary>Whether every component is zero.</summary>
    public static bool IsZero(ReadOnlySpan<float> vector) => !vector.ContainsAnyExcept(0f);
}
