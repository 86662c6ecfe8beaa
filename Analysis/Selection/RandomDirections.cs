using System.Numerics.Tensors;
using Steering.Numerics;

namespace Steering.Analysis.Selection;

/// <summary>Directions that mean nothing: the control of every direction that is said to mean something.</summary>
public static class RandomDirections
{
    /// <summary>Draws directions, uniformly on the sphere.</summary>
    /// <param name="count">How many.</param>
    /// <param name="width">Width d.</param>
    /// <param name="seed">The same seed gives the same directions.</param>
    /// <returns>[count][d] of unit norm.</returns>
    public static float[][] Draw(int count, int width, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var numbers = new Xoshiro256((ulong)seed ^ 0xD1B54A32D192ED03);
        var directions = new float[count][];
        for (var index = 0; index < count; index++)
        {
            var direction = directions[index] = new float[width];
            for (var component = 0; component < width; component++)
            {
                // Box and Muller; the logarithm wants a number above 0.
                direction[component] = (float)(Math.Sqrt(-2 * Math.Log(1 - numbers.NextDouble())) * Math.Cos(2 * Math.PI * numbers.NextDouble()));
            }

            TensorPrimitives.Divide<float>(direction, TensorPrimitives.Norm<float>(direction), direction);
        }

        return directions;
    }
}
