using System.Globalization;
using Steering.Export.Onnx;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Precision;

/// <summary>
/// Integer weights in blocks: <c>MatMulNBits</c> on symmetric codes. Formats with an offset per block add
/// <c>S · C</c>, where S are the means of the input's blocks (shared by all products of the same input) and C the offsets
/// times the block size: exact, and a hundred times faster than floating-point zero points.
/// </summary>
internal sealed class BlockEncoder : WeightEncoder
{
    private const int RoundedLinearBits = 4;

    // As in GGUF's usual mixes, the table of tokens keeps 8 bits: rounding it to 4 costs more than all other matrices together.
    private const int RoundedEmbeddingBits = 8;

    private readonly Dictionary<(string Name, int BlockSize), GraphValue> _blockMeans = [];
    private readonly bool _exact;
    private readonly WeightEncoder _float;

    /// <summary>Creates the encoder.</summary>
    /// <param name="graph">Graph to write into.</param>
    /// <param name="exact">
    /// accuracy_level 0 instead of 4: activations stay fp32. ORT has no fast kernel of that kind for 8 bits, so that
    /// matrices which need 8 bits become fp32.
    /// </param>
    public BlockEncoder(GraphBuilder graph, bool exact)
        : base(graph)
    {
        _exact = exact;
        _float = Create(graph, WeightPrecision.Float32, exact: true);
    }

    /// <inheritdoc/>
    public override bool ShouldStack(IReadOnlyList<WeightMatrix> parts) => parts.All(part => part.Format is { HasOffsets: true } format && format == parts[0].Format);

    /// <inheritdoc/>
    public override GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias) =>
        Linear(path, x, weight, bias, RoundedLinearBits);

    /// <inheritdoc/>
    public override GraphValue Head(GraphValue x, WeightMatrix weight, float[]? bias) =>
        Linear("/lm_head", x, weight, bias, RoundedEmbeddingBits);

    /// <inheritdoc/>
    public override (GraphValue Rows, Func<GraphValue, GraphValue> TiedHead) Embedding(GraphValue ids, WeightMatrix table)
    {
        var blocks = BlockMatrix.Of(table, RoundedEmbeddingBits);
        if (_exact && blocks.Bits == 8)
        {
            return _float.Embedding(ids, table);
        }

        const string Path = "/model/embed_tokens";
        const string Node = Path + "/GatherBlockQuantized";
        var codes = Codes(Path, "GatherBlockQuantized", blocks);
        var flat = Graph.SecondView(WeightName(Path, "GatherBlockQuantized.qweight.rows"), codes, blocks.Rows, blocks.BlocksPerRow * blocks.BlockBytes);
        var scales = Scales(Path, "GatherBlockQuantized", blocks);
        var rows = new GraphValue(Node + "/output_0", DataType.Float);
        Graph.AddNode("GatherBlockQuantized", GraphBuilder.Microsoft, Node, [flat, ids, scales], [rows],
            AttributeValue.Int("bits", blocks.Bits), AttributeValue.Int("block_size", blocks.BlockSize), AttributeValue.Int("gather_axis", 0), AttributeValue.Int("quantize_axis", 1));
        GraphValue offsets = default;
        if (blocks.HasOffsets)
        {
            offsets = Graph.Weight(WeightName(Path, "offsets"), DataType.Float, [blocks.Rows, blocks.BlocksPerRow], blocks.Offsets());
            var perBlock = Graph.Add("Gather", Path + "/offsets/Gather", [offsets, ids], DataType.Float);
            var scaled = Graph.Add("Mul", Path + "/offsets/Mul", [perBlock, Graph.Scalar(1f / blocks.BlockSize)]);
            var column = Graph.Add("Unsqueeze", Path + "/offsets/Unsqueeze", [scaled, Graph.Constant(-1)]);
            var split = Graph.Add("Reshape", Path + "/blocks/Reshape", [rows, Graph.Constant(0, 0, blocks.BlocksPerRow, blocks.BlockSize)]);
            var sum = Graph.Add("Add", Path + "/offsets/Add", [split, column]);
            rows = Graph.Add("Reshape", Path + "/Reshape", [sum, Graph.Constant(0, 0, table.Columns)]);
        }

        return (rows, Head);

        GraphValue Head(GraphValue x)
        {
            var product = Multiply("/lm_head", x, blocks, codes, scales, GraphValue.None);
            return blocks.HasOffsets
                ? Graph.Add("Add", "/lm_head/offsets/Add", [product, Graph.AddMicrosoft("FusedMatMul", "/lm_head/offsets/FusedMatMul", [BlockMeans(x, blocks), offsets], AttributeValue.Int("transB", 1))])
                : product;
        }
    }

    private GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias, int roundedBits)
    {
        var blocks = BlockMatrix.Of(weight, roundedBits);
        if (_exact && blocks.Bits == 8)
        {
            return _float.Linear(path, x, weight, bias);
        }

        var biasValue = bias is null ? GraphValue.None : Graph.Small(WeightName(path, "MatMulNBits.bias"), bias, bias.Length);
        var product = Multiply(path, x, blocks, Codes(path, "MatMulNBits", blocks), Scales(path, "MatMulNBits", blocks), biasValue);
        if (!blocks.HasOffsets)
        {
            return product;
        }

        var offsets = Graph.Weight(WeightName(path, "offsets.MatMul.weight"), DataType.Float, [blocks.BlocksPerRow, blocks.Rows], blocks.OffsetsTransposed());
        return Graph.Add("Add", path + "/offsets/Add", [product, Graph.Add("MatMul", path + "/offsets/MatMul", [BlockMeans(x, blocks), offsets])]);
    }

    private GraphValue Multiply(string path, GraphValue x, BlockMatrix blocks, GraphValue codes, GraphValue scales, GraphValue bias) =>
        Graph.AddMicrosoft(
            "MatMulNBits",
            path + "/MatMulNBits",
            bias.IsNone ? [x, codes, scales] : [x, codes, scales, GraphValue.None, GraphValue.None, bias],
            AttributeValue.Int("K", blocks.Columns),
            AttributeValue.Int("N", blocks.Rows),
            AttributeValue.Int("bits", blocks.Bits),
            AttributeValue.Int("block_size", blocks.BlockSize),
            AttributeValue.Int("accuracy_level", _exact ? 0 : 4));

    private GraphValue Codes(string path, string node, BlockMatrix blocks) =>
        Graph.Weight(WeightName(path, node + ".qweight"), DataType.Uint8, [blocks.Rows, blocks.BlocksPerRow, blocks.BlockBytes], blocks.Codes());

    private GraphValue Scales(string path, string node, BlockMatrix blocks) =>
        Graph.Weight(WeightName(path, node + ".scales"), DataType.Float, [blocks.Rows, blocks.BlocksPerRow], blocks.Scales());

    // One node: the mean of every block, whose factor of a power of two the offsets take back exactly.
    private GraphValue BlockMeans(GraphValue x, BlockMatrix blocks)
    {
        var key = (x.Name, blocks.BlockSize);
        if (!_blockMeans.TryGetValue(key, out var means))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{x.Name}/block_means_{blocks.BlockSize}");
            means = Graph.Add("AveragePool", path + "/AveragePool", [x], AttributeValue.Ints("kernel_shape", blocks.BlockSize), AttributeValue.Ints("strides", blocks.BlockSize));
            _blockMeans.Add(key, means);
        }

        return means;
    }
}
