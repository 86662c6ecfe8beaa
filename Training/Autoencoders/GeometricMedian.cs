using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>The point with the smallest sum of distances to all rows, by Weiszfeld's iteration.</summary>
internal static class GeometricMedian
{
    private const int MaximumIterations = 100;
    private const double Tolerance = 1e-6;
    private static readonly TorchSharp.Scalar SmallestDistance = 1e-10;

    /// <summary>Geometric median of rows.</summary>
    /// <param name="rows">[n, d], n at least 1.</param>
    /// <returns>[d].</returns>
    public static Tensor Of(Tensor rows)
    {
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var median = rows.mean([0L]);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            using var inner = NewDisposeScope();
            var weights = (rows - median).norm(1).clamp_min(SmallestDistance).reciprocal();
            var next = (weights.unsqueeze(1) * rows).sum([0L]) / weights.sum();
            var moved = (next - median).norm().item<float>();
            median = next.MoveToOuterDisposeScope();
            if (moved <= Tolerance * Math.Max(1e-12, next.norm().item<float>()))
            {
                break;
            }
        }

        return median.MoveToOuterDisposeScope();
    }
}
