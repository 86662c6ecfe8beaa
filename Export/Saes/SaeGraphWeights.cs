using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>Puts an autoencoder's matrices into a graph, in the precision asked for.</summary>
internal static class SaeGraphWeights
{
    // A span of bytes ends at 2 GiB, one of floats at 8.
    private const int Piece = 1 << 20;

    /// <summary>Largest distance between a matrix and its rounding, as a share of its norm: what rounding to 11 bits alone stays below.</summary>
    private const double LargestRounding = 1.0 / 1024;

    /// <summary>A matrix as an initialiser; its values are read when the file is written.</summary>
    public static GraphValue Matrix(GraphBuilder graph, string name, SparseAutoencoder sae, SaeOnnxPrecision precision, bool encoder)
    {
        var half = precision == SaeOnnxPrecision.Float16;
        var length = (long)sae.LatentCount * sae.HiddenSize * (half ? 2 : sizeof(float));
        return graph.Weight(name, half ? DataType.Float16 : DataType.Float, [sae.LatentCount, sae.HiddenSize], new TensorContent(length, stream =>
        {
            var values = encoder ? sae.EncoderRows : sae.DecoderRows;
            if (half)
            {
                WriteHalf(stream, values, sae.Source, encoder ? "encoder" : "decoder");
            }
            else
            {
                Write(stream, values);
            }
        }));
    }

    /// <summary>The fp32 numbers of a matrix or of rows of it.</summary>
    public static GraphValue Widen(GraphBuilder graph, string name, GraphValue value) => value.Type == DataType.Float
        ? value
        : graph.Add("Cast", name, [value], DataType.Float, AttributeValue.Int("to", (long)DataType.Float));

    private static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        for (; values.Length > 0; values = values[Math.Min(Piece, values.Length)..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(Piece, values.Length)]));
        }
    }

    private static void WriteHalf(Stream stream, ReadOnlySpan<float> values, string source, string name)
    {
        var halves = new Half[Math.Min(Piece, values.Length)];
        var back = new float[halves.Length];
        double norm = 0, error = 0;
        for (; values.Length > 0; values = values[Math.Min(Piece, values.Length)..])
        {
            var part = values[..Math.Min(Piece, values.Length)];
            TensorPrimitives.ConvertToHalf(part, halves);
            TensorPrimitives.ConvertToSingle(halves.AsSpan(0, part.Length), back);
            stream.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, part.Length)));
            norm += TensorPrimitives.SumOfSquares(part);
            TensorPrimitives.Subtract(back.AsSpan(0, part.Length), part, back);
            error += TensorPrimitives.SumOfSquares<float>(back.AsSpan(0, part.Length));
        }

        if (!(error <= norm * LargestRounding * LargestRounding))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source}: the {name}'s weights are too large or too small for fp16 (rounding would change them by {Math.Sqrt(error / norm):E1} of their norm, where 5E-4 is usual); export fp32 instead."));
        }
    }
}
