using System.Collections.Frozen;
using Steering.Export.Onnx;

namespace Steering.Export.Sockets;

/// <summary>The operators that the site finder tells apart.</summary>
internal static class GraphOperators
{
    /// <summary>Fused attention: one of these makes a block.</summary>
    private static readonly FrozenSet<string> Attention = Set(
        "GroupQueryAttention", "MultiHeadAttention", "Attention", "PagedAttention", "SparseAttention", "QAttention",
        "DecoderMaskedMultiHeadAttention", "DecoderMaskedSelfAttention", "DecoderAttention", "PackedAttention",
        "PackedMultiHeadAttention");

    private static readonly FrozenSet<string> SkipNorms = Set("SkipSimplifiedLayerNormalization", "SkipLayerNormalization");

    private static readonly FrozenSet<string> Norms = Set(
        "LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization", "GroupNormalization");

    private static readonly FrozenSet<string> WeightProducts = Set(
        "MatMul", "MatMulNBits", "Gemm", "FusedMatMul", "MatMulInteger", "DynamicQuantizeMatMul", "MatMulBnb4",
        "MatMulFpQ4", "MatMulIntegerToFloat", "FusedGemm", "Einsum", "MoE", "QMoE", "GatherBlockQuantizedMatMul");

    private static readonly FrozenSet<string> Embeddings = Set("Gather", "GatherBlockQuantized", "EmbedLayerNormalization");

    /// <summary>Operators that carry the stream on unchanged.</summary>
    private static readonly FrozenSet<string> Carriers = Set("Cast", "Identity");

    /// <summary>Operators that only change how token ids are stored.</summary>
    private static readonly FrozenSet<string> Reshapes = Set("Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten");

    /// <summary>Operators whose output depends on the shape of their input alone.</summary>
    private static readonly FrozenSet<string> ShapeReaders = Set("Shape", "Size");

    public static bool IsAttention(NodeProto node) => Attention.Contains(node.OpType);

    public static bool IsSkipNorm(NodeProto node) => SkipNorms.Contains(node.OpType);

    public static bool IsNorm(NodeProto node) => Norms.Contains(node.OpType);

    public static bool IsWeightProduct(NodeProto node) => WeightProducts.Contains(node.OpType);

    public static bool IsEmbedding(NodeProto node) => Embeddings.Contains(node.OpType);

    public static bool IsCarrier(NodeProto node) => Carriers.Contains(node.OpType);

    public static bool IsReshape(NodeProto node) => Reshapes.Contains(node.OpType);

    public static bool IsShapeReader(NodeProto node) => ShapeReaders.Contains(node.OpType);

    public static bool IsAdd(NodeProto node) => string.Equals(node.OpType, "Add", StringComparison.Ordinal);

    /// <summary>Which output of a node is the stream: the sum of a fused skip and norm, else the first.</summary>
    public static int StreamOutput(NodeProto node) => IsSkipNorm(node) ? 3 : 0;

    /// <summary>The optional third addend of a fused skip and norm, or the empty string.</summary>
    public static string SkipNormBias(NodeProto node) => Input(node, string.Equals(node.OpType, "SkipLayerNormalization", StringComparison.Ordinal) ? 4 : 3);

    /// <summary>An input of a node, or the empty string where it has none there.</summary>
    public static string Input(NodeProto node, int number) => node.Input.Count > number ? node.Input[number] : string.Empty;

    /// <summary>An output of a node, or the empty string where it has none there.</summary>
    public static string Output(NodeProto node, int number) => node.Output.Count > number ? node.Output[number] : string.Empty;

    /// <summary>A node as people find it: its operator and, where it has one, its name.</summary>
    public static string Describe(NodeProto node) =>
        node.Name.Length == 0 ? $"{node.OpType} → '{node.Output.FirstOrDefault()}'" : $"{node.OpType} '{node.Name}'";

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
