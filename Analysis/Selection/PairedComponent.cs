using System.Numerics.Tensors;

namespace Steering.Analysis.Selection;

/// <summary>The first principal component of differences, without taking their mean out, by power iteration.</summary>
internal static class PairedComponent
{
    private const int MostIterations = 10_000;
    private const double Tolerance = 1e-13;

    /// <summary>The component.</summary>
    /// <param name="differences">[pairs][d].</param>
    /// <param name="cancellationToken">Stops between iterations.</param>
    /// <returns>[d] of unit norm, of either sign, and its share of the sum of squares.</returns>
    /// <exception cref="SteeringException">Every difference is zero.</exception>
    public static (float[] Direction, double? Explained) First(float[][] differences, CancellationToken cancellationToken = default)
    {
        var width = differences[0].Length;
        double[][] rows = [.. differences.Select(difference => Array.ConvertAll(difference, value => (double)value))];
        var total = rows.Sum(row => TensorPrimitives.SumOfSquares<double>(row));
        if (total == 0)
        {
            throw new SteeringException("The two texts of every pair have the same residual, so there is no component between them. Give pairs that differ.");
        }

        // A random start has a part of every component.
        var direction = Array.ConvertAll(RandomDirections.Draw(1, width, seed: 0)[0], value => (double)value);
        var next = new double[width];
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Clear(next);
            foreach (var row in rows)
            {
                TensorPrimitives.MultiplyAdd<double>(row, TensorPrimitives.Dot<double>(row, direction), next, next);
            }

            TensorPrimitives.Divide<double>(next, TensorPrimitives.Norm<double>(next), next);
            var turned = 1 - Math.Abs(TensorPrimitives.Dot<double>(next, direction));
            (direction, next) = (next, direction);
            if (turned < Tolerance)
            {
                break;
            }
        }

        var explained = rows.Sum(row => Math.Pow(TensorPrimitives.Dot<double>(row, direction), 2)) / total;
        return (Array.ConvertAll(direction, value => (float)value), explained);
    }
}
