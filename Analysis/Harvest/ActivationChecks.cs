using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Analysis.Harvest;

/// <summary>Refusals that several readers of activations share.</summary>
internal static class ActivationChecks
{
    /// <summary>Refuses a buffer of another size than [sequences, length, width].</summary>
    public static void Length(string what, int given, int sequences, int length, int width)
    {
        if (given != (long)sequences * length * width)
        {
            throw new SteeringException($"The {what} has room for {given} numbers; {sequences} sequences of {length} tokens take {sequences} × {length} × {width}.");
        }
    }

    /// <summary>The norm of a row; refuses one that holds NaN or infinity, or overflows.</summary>
    public static float Finite(ReadOnlySpan<float> row, Func<string> where)
    {
        var norm = TensorPrimitives.Norm(row);
        return float.IsFinite(norm)
            ? norm
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The activations are not finite: {where()} has the norm {norm}. The model overflows or its files are damaged; harvest with fp32 weights, or import the model again."));
    }
}
