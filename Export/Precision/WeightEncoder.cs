using System.Runtime.InteropServices;
using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Precision;

/// <summary>Writes the nodes and weights of matrix products and of the embedding in one precision.</summary>
internal abstract class WeightEncoder
{
    /// <summary>Creates an encoder that writes into a graph.</summary>
    protected WeightEncoder(GraphBuilder graph) => Graph = graph;

    /// <summary>The graph written to.</summary>
    protected GraphBuilder Graph { get; }

    /// <summary>Chooses the encoder of a precision.</summary>
    /// <param name="graph">Graph to write into.</param>
    /// <param name="precision">Precision of the weights.</param>
    /// <param name="exact">For integer weights: keep fp32 activations (slower) instead of rounding them to 8 bits.</param>
    public static WeightEncoder Create(GraphBuilder graph, WeightPrecision precision, bool exact) => precision switch
    {
        WeightPrecision.Float32 => new FloatEncoder(graph),
        WeightPrecision.Int4 => new BlockEncoder(graph, exact),
        _ => throw new SteeringException($"There is no precision '{precision}'; choose one of {string.Join(", ", Enum.GetNames<WeightPrecision>())}."),
    };

    /// <summary>
    /// Whether several matrices that read the same vector should become one. One wide product saves nodes, but what follows
    /// has to take it apart: it pays (3 % of a decoded token) only where each product brings nodes of its own, and costs a
    /// long prefill 7 % elsewhere.
    /// </summary>
    public abstract bool ShouldStack(IReadOnlyList<WeightMatrix> parts);

    /// <summary>Adds <c>x · Wᵀ + bias</c>.</summary>
    /// <param name="path">Node path without the operator: <c>/model/layers.0/attn/q_proj</c>.</param>
    /// <param name="x">[…, in]</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[…, out]</returns>
    public abstract GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias);

    /// <summary>Adds the lookup of the token embedding.</summary>
    /// <param name="ids">[batch, sequence] token ids.</param>
    /// <param name="table">[vocabulary, hidden]</param>
    /// <returns>The rows [batch, sequence, hidden], and how to multiply with the same table when the head is tied to it.</returns>
    public abstract (GraphValue Rows, Func<GraphValue, GraphValue> TiedHead) Embedding(GraphValue ids, WeightMatrix table);

    /// <summary>Adds the projection to the vocabulary of a model whose head has its own weights.</summary>
    public virtual GraphValue Head(GraphValue x, WeightMatrix weight, float[]? bias) => Linear("/lm_head", x, weight, bias);

    /// <summary>Name of a weight from its node's path: <c>/model/layers.0/attn/q_proj</c> + <c>MatMul.weight</c> → <c>model.layers.0.attn.q_proj.MatMul.weight</c>.</summary>
    protected static string WeightName(string path, string suffix) => path.TrimStart('/').Replace('/', '.') + "." + suffix;

    /// <summary>Adds a bias as a node of its own.</summary>
    protected GraphValue AddBias(string path, GraphValue product, float[]? bias) => bias is null
        ? product
        : Graph.Add("Add", path + "/Add", [product, Graph.Small(WeightName(path, "Add.bias"), bias, bias.Length)]);

    /// <summary>A matrix's fp32 elements, row-major [out, in].</summary>
    public static TensorContent Elements(WeightMatrix matrix) => new(matrix.Count * sizeof(float), stream =>
    {
        var values = new float[matrix.Count];
        matrix.ReadFloat32(values);
        WriteInPieces(stream, values);
    });

    /// <summary>A matrix's fp32 elements transposed to [in, out], as <c>MatMul</c> wants them.</summary>
    protected static TensorContent ElementsTransposed(WeightMatrix matrix) => new(matrix.Count * sizeof(float), stream =>
    {
        const int Band = 64;
        var values = new float[matrix.Count];
        matrix.ReadFloat32(values);
        var band = new float[Band * matrix.Rows];
        for (var first = 0; first < matrix.Columns; first += Band)
        {
            var width = Math.Min(Band, matrix.Columns - first);
            for (var row = 0; row < matrix.Rows; row++)
            {
                var source = values.AsSpan((row * matrix.Columns) + first, width);
                for (var i = 0; i < width; i++)
                {
                    band[(i * matrix.Rows) + row] = source[i];
                }
            }

            WriteInPieces(stream, band.AsSpan(0, width * matrix.Rows));
        }
    });

    private static void WriteInPieces(Stream stream, ReadOnlySpan<float> values)
    {
        // A span of bytes ends at 2 GiB, one of floats at 8.
        const int Piece = 1 << 24;
        for (; values.Length > Piece; values = values[Piece..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..Piece]));
        }

        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>fp32 weights.</summary>
    private protected sealed class FloatEncoder(GraphBuilder graph) : WeightEncoder(graph)
    {
        public override bool ShouldStack(IReadOnlyList<WeightMatrix> parts) => false;

        public override GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias)
        {
            var stored = Graph.Weight(WeightName(path, "MatMul.weight"), DataType.Float, [weight.Columns, weight.Rows], ElementsTransposed(weight));
            return AddBias(path, Graph.Add("MatMul", path + "/MatMul", [x, stored]), bias);
        }

        public override (GraphValue Rows, Func<GraphValue, GraphValue> TiedHead) Embedding(GraphValue ids, WeightMatrix table)
        {
            var stored = Graph.Weight("model.embed_tokens.weight", DataType.Float, [table.Rows, table.Columns], Elements(table));
            var rows = Graph.Add("Gather", "/model/embed_tokens/Gather", [stored, ids], DataType.Float);
            return (rows, x => Graph.AddMicrosoft("FusedMatMul", "/lm_head/FusedMatMul", [x, stored], AttributeValue.Int("transB", 1)));
        }
    }
}
