namespace Steering.Export.Saes;

/// <summary>What <see cref="SaeOnnxWriter"/> writes.</summary>
public sealed record SaeOnnxOptions
{
    /// <summary>Weights larger than this together go to a file of their own, unless told otherwise: 1 GiB.</summary>
    public const long StandardExternalFrom = 1L << 30;

    /// <summary>The graphs; at least one.</summary>
    public SaeOnnxGraphs Graphs { get; init; } = SaeOnnxGraphs.All;

    /// <summary>How the matrices are stored.</summary>
    public SaeOnnxPrecision Precision { get; init; }

    /// <summary>
    /// Whether TopK and AbsTopK too have activations [batch, sequence, D] instead of values and indices
    /// [batch, sequence, k]. The graphs then hold no loop, and decoding is a full product.
    /// </summary>
    public bool Dense { get; init; }

    /// <summary>Replaces a folder that holds graphs of this format; anything else there is refused.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Bytes of weights from which a graph keeps them in a <c>.data</c> file beside it instead of inside it; 0: always.
    /// An ONNX file itself ends at 2 GiB.
    /// </summary>
    public long ExternalFrom { get; init; } = StandardExternalFrom;
}

/// <summary>How the matrices of an exported autoencoder are stored. Inputs, outputs, biases, thresholds and arithmetic are fp32 in either.</summary>
public enum SaeOnnxPrecision
{
    /// <summary>fp32: as exact as our own encoder.</summary>
    Float32,

    /// <summary>fp16: half the size. Every weight is rounded once, by at most 2⁻¹¹ of itself.</summary>
    Float16,
}

/// <summary>The graphs that <see cref="SaeOnnxWriter"/> writes.</summary>
[Flags]
public enum SaeOnnxGraphs
{
    /// <summary>None; not a choice.</summary>
    None = 0,

    /// <summary>Residual vectors in, activations out: <c>encode.onnx</c>.</summary>
    Encode = 1,

    /// <summary>Activations in, reconstruction out: <c>decode.onnx</c>.</summary>
    Decode = 2,

    /// <summary>Residual vectors and an edit in, edited residual vectors out: <c>edit.onnx</c>.</summary>
    Edit = 4,

    /// <summary>All of them.</summary>
    All = Encode | Decode | Edit,
}
