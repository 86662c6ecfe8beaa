using System.Buffers;
using System.Numerics.Tensors;

namespace Steering.Numerics;

/// <summary>ln Σ exp of logits, without overflow.</summary>
internal static class LogSumExp
{
    /// <param name="logits">At least one.</param>
    /// <returns>In nats.</returns>
    public static double Of(ReadOnlySpan<float> logits)
    {
        var largest = TensorPrimitives.Max(logits);
        var buffer = ArrayPool<float>.Shared.Rent(logits.Length);
        var shifted = buffer.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, largest, shifted);
        TensorPrimitives.Exp(shifted, shifted);
        var sum = TensorPrimitives.Sum<float>(shifted);
        ArrayPool<float>.Shared.Return(buffer);
        return largest + Math.Log(sum);
    }
}
