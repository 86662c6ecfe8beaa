namespace Steering.Export.Saes;

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
