using System.Numerics.Tensors;

namespace Steering.Analysis.Selection;

/// <summary>
/// Logistic regression with an L2 penalty on the weights and none on the bias, by Newton's method with conjugate gradients: no
/// d × d matrix is made. Inputs are centred and divided by one number, their root mean square about the mean, so that a penalty
/// means the same at every site.
/// </summary>
/// <param name="Weights">[d] in units of the input.</param>
/// <param name="Bias">Log-odds of an input of zeros.</param>
internal sealed record LogisticProbe(float[] Weights, float Bias)
{
    private const int MostSteps = 100;
    private const double Tolerance = 1e-9;

    /// <summary>Fits a probe.</summary>
    /// <param name="rows">[n][d].</param>
    /// <param name="labels">[n] both kinds.</param>
    /// <param name="penalty">λ of λ/2·|w|², above 0, for inputs of unit variance.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="SteeringException">A kind is empty, the penalty is not above 0, or all inputs are alike.</exception>
    public static LogisticProbe Fit(IReadOnlyList<float[]> rows, IReadOnlyList<bool> labels, double penalty, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        if (!(penalty > 0 && double.IsFinite(penalty)) || !labels.Contains(true) || !labels.Contains(false))
        {
            throw new SteeringException("A probe needs vectors of both kinds and a penalty above 0: without one, two kinds that can be parted have no best probe.");
        }

        var (inputs, mean, scale) = Standardise(rows);
        var width = mean.Length;
        var point = new double[width + 1];
        var loss = Loss(inputs, labels, point, penalty);
        for (var step = 0; step < MostSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (gradient, curvature) = Gradient(inputs, labels, point, penalty);
            var norm = TensorPrimitives.Norm<double>(gradient);
            if (norm <= Tolerance * inputs.Length)
            {
                break;
            }

            var direction = ConjugateGradients(inputs, curvature, penalty, gradient);
            var slope = TensorPrimitives.Dot<double>(direction, gradient);
            var (length, better) = (1.0, false);
            for (var halving = 0; halving < 40 && !better; halving++)
            {
                var trial = new double[point.Length];
                TensorPrimitives.MultiplyAdd<double>(direction, length, point, trial);
                var found = Loss(inputs, labels, trial, penalty);
                if (found <= loss + (1e-4 * length * slope))
                {
                    (point, loss, better) = (trial, found, true);
                }

                length /= 2;
            }

            if (!better)
            {
                break;
            }
        }

        var weights = new float[width];
        var bias = point[width];
        for (var component = 0; component < width; component++)
        {
            weights[component] = (float)(point[component] / scale);
            bias -= point[component] * mean[component] / scale;
        }

        return new LogisticProbe(weights, (float)bias);
    }

    private static (double[][] Inputs, double[] Mean, double Scale) Standardise(IReadOnlyList<float[]> rows)
    {
        var mean = new double[rows[0].Length];
        foreach (var row in rows)
        {
            for (var component = 0; component < mean.Length; component++)
            {
                mean[component] += row[component] / (double)rows.Count;
            }
        }

        double[][] inputs = [.. rows.Select(row => row.Select((value, component) => value - mean[component]).ToArray())];
        var scale = Math.Sqrt(inputs.Sum(row => TensorPrimitives.SumOfSquares<double>(row)) / ((double)rows.Count * mean.Length));
        if (!(scale > 0))
        {
            throw new SteeringException("All vectors of the probe are alike, so it has nothing to tell apart. Give different texts.");
        }

        foreach (var row in inputs)
        {
            TensorPrimitives.Divide<double>(row, scale, row);
        }

        return (inputs, mean, scale);
    }

    private static double Score(double[] input, double[] point) => TensorPrimitives.Dot<double>(input, point.AsSpan(0, input.Length)) + point[^1];

    private static double Loss(double[][] inputs, IReadOnlyList<bool> labels, double[] point, double penalty)
    {
        var loss = penalty / 2 * TensorPrimitives.SumOfSquares<double>(point.AsSpan(0, point.Length - 1));
        for (var row = 0; row < inputs.Length; row++)
        {
            var margin = Score(inputs[row], point) * (labels[row] ? 1 : -1);
            loss += margin > 0 ? Math.Log(1 + Math.Exp(-margin)) : Math.Log(1 + Math.Exp(margin)) - margin;
        }

        return loss;
    }

    /// <summary>The gradient, and p(1 − p) of every row.</summary>
    private static (double[] Gradient, double[] Curvature) Gradient(double[][] inputs, IReadOnlyList<bool> labels, double[] point, double penalty)
    {
        var (gradient, curvature) = (new double[point.Length], new double[inputs.Length]);
        TensorPrimitives.Multiply<double>(point.AsSpan(0, point.Length - 1), penalty, gradient);
        for (var row = 0; row < inputs.Length; row++)
        {
            var probability = 1 / (1 + Math.Exp(-Score(inputs[row], point)));
            curvature[row] = probability * (1 - probability);
            Accumulate(gradient, inputs[row], probability - (labels[row] ? 1 : 0));
        }

        return (gradient, curvature);
    }

    /// <summary>Solves H·x = −gradient.</summary>
    private static double[] ConjugateGradients(double[][] inputs, double[] curvature, double penalty, double[] gradient)
    {
        var (solution, residual) = (new double[gradient.Length], Array.ConvertAll(gradient, value => -value));
        double[] direction = [.. residual];
        var square = TensorPrimitives.SumOfSquares<double>(residual);
        var enough = square * 1e-20;
        for (var iteration = 0; iteration < 2 * gradient.Length && square > enough; iteration++)
        {
            var product = Curve(inputs, curvature, penalty, direction);
            var bend = TensorPrimitives.Dot<double>(direction, product);
            if (!(bend > 0))
            {
                break;
            }

            TensorPrimitives.MultiplyAdd<double>(direction, square / bend, solution, solution);
            TensorPrimitives.MultiplyAdd<double>(product, -square / bend, residual, residual);
            var next = TensorPrimitives.SumOfSquares<double>(residual);
            TensorPrimitives.MultiplyAdd<double>(direction, next / square, residual, direction);
            square = next;
        }

        return solution;
    }

    private static double[] Curve(double[][] inputs, double[] curvature, double penalty, double[] direction)
    {
        var product = new double[direction.Length];
        TensorPrimitives.Multiply<double>(direction.AsSpan(0, direction.Length - 1), penalty, product);
        for (var row = 0; row < inputs.Length; row++)
        {
            Accumulate(product, inputs[row], curvature[row] * Score(inputs[row], direction));
        }

        return product;
    }

    private static void Accumulate(double[] sum, double[] input, double factor)
    {
        TensorPrimitives.MultiplyAdd<double>(input, factor, sum.AsSpan(0, input.Length), sum.AsSpan(0, input.Length));
        sum[^1] += factor;
    }
}
