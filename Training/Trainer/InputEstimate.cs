using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Training.Trainer;

/// <summary>What the first rows say about the inputs.</summary>
/// <param name="Scale">√d over the mean norm: the factor on every activation before it is encoded.</param>
/// <param name="Variance">Mean of ‖x − mean‖² over the scaled rows.</param>
internal sealed record InputEstimate(float Scale, double Variance)
{
    /// <summary>Estimates from rows.</summary>
    /// <param name="rows">[count, d].</param>
    /// <param name="width">d.</param>
    /// <exception cref="SteeringException">There is no row, a number is not finite, or all rows are the same.</exception>
    public static InputEstimate From(ReadOnlySpan<float> rows, int width)
    {
        var count = rows.Length / width;
        if (count == 0)
        {
            throw new SteeringException("There is not one activation to train on: the text is empty, or every token of it was left out.");
        }

        double norms = 0;
        var mean = new double[width];
        for (var row = 0; row < count; row++)
        {
            var x = rows.Slice(row * width, width);
            norms += RequireFinite(TensorPrimitives.Norm(x), row);
            for (var i = 0; i < width; i++)
            {
                mean[i] += x[i];
            }
        }

        var scale = (float)(Math.Sqrt(width) * count / norms);
        var centre = mean.Select(sum => (float)(sum / count * scale)).ToArray();
        double variance = 0;
        for (var row = 0; row < count; row++)
        {
            var x = rows.Slice(row * width, width);
            for (var i = 0; i < width; i++)
            {
                var difference = (x[i] * scale) - centre[i];
                variance += difference * difference;
            }
        }

        return norms > 0 && variance > 0
            ? new InputEstimate(scale, variance / count)
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The first {count} activations are all the same vector; there is nothing to train on. Give text, not one token repeated."));
    }

    private static float RequireFinite(float norm, int row) => float.IsFinite(norm)
        ? norm
        : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Activation {row} is not finite (norm {norm}); the model or the site gives no usable residual stream."));
}
