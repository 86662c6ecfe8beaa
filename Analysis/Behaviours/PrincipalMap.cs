namespace Steering.Analysis.Behaviours;

/// <summary>
/// Two-dimensional map of vectors: the first two principal components of the vectors at unit norm, so that distances go by
/// angles. Linear and deterministic, unlike UMAP, which RISE draws: what lies apart here is apart, what overlaps may still differ.
/// </summary>
internal static class PrincipalMap
{
    private const int Iterations = 200;

    /// <summary>Places vectors.</summary>
    /// <param name="vectors">Vectors of equal width, at least one.</param>
    /// <returns>Coordinates of each, and the share of the variance that each axis holds.</returns>
    public static (IReadOnlyList<(double X, double Y)> Points, double FirstShare, double SecondShare) Of(IReadOnlyList<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        double[][] rows = [.. vectors.Select(Unit)];
        var width = rows[0].Length;
        var mean = new double[width];
        foreach (var row in rows)
        {
            for (var index = 0; index < width; index++)
            {
                mean[index] += row[index] / rows.Length;
            }
        }

        foreach (var row in rows)
        {
            for (var index = 0; index < width; index++)
            {
                row[index] -= mean[index];
            }
        }

        var total = rows.Sum(row => Dot(row, row));
        var first = Component(rows, width, null);
        var second = Component(rows, width, first);
        var points = rows.Select(row => (Dot(row, first), Dot(row, second))).ToArray();
        return (points, total == 0 ? 0 : points.Sum(point => point.Item1 * point.Item1) / total, total == 0 ? 0 : points.Sum(point => point.Item2 * point.Item2) / total);
    }

    /// <summary>The direction of largest variance, orthogonal to another, by power iteration on XᵀX.</summary>
    private static double[] Component(double[][] rows, int width, double[]? orthogonalTo)
    {
        // The row farthest out is never orthogonal to every component of interest, and is the same on every machine.
        var direction = new double[width];
        var start = rows.Select(row => Without(row, orthogonalTo)).MaxBy(row => Dot(row, row))!;
        start.CopyTo(direction, 0);
        for (var iteration = 0; iteration < Iterations && Normalise(direction); iteration++)
        {
            var next = new double[width];
            foreach (var row in rows)
            {
                var product = Dot(row, direction);
                for (var index = 0; index < width; index++)
                {
                    next[index] += product * row[index];
                }
            }

            direction = Without(next, orthogonalTo);
        }

        Normalise(direction);
        return direction;
    }

    private static double[] Without(double[] row, double[]? direction)
    {
        var result = (double[])row.Clone();
        if (direction is not null)
        {
            var product = Dot(row, direction);
            for (var index = 0; index < result.Length; index++)
            {
                result[index] -= product * direction[index];
            }
        }

        return result;
    }

    private static bool Normalise(double[] vector)
    {
        var norm = Math.Sqrt(Dot(vector, vector));
        if (norm < 1e-12)
        {
            Array.Clear(vector);
            return false;
        }

        for (var index = 0; index < vector.Length; index++)
        {
            vector[index] /= norm;
        }

        return true;
    }

    private static double[] Unit(float[] vector)
    {
        var row = Array.ConvertAll(vector, value => (double)value);
        Normalise(row);
        return row;
    }

    private static double Dot(double[] left, double[] right)
    {
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }
}
