namespace Steering.Export.Saes;

/// <summary>Names of the inputs and outputs of exported graphs, and of the lines of their metadata.</summary>
public static class SaeOnnxNames
{
    /// <summary>f32 [batch, sequence, d]: residual vectors. Input of encode and edit.</summary>
    public const string X = "x";

    /// <summary>
    /// f32 [batch, sequence, D]: activation of every latent (encode, decode); of edit's output, f32 [batch, sequence,
    /// edits]: those of the edited latents, before the edit.
    /// </summary>
    public const string Activations = "activations";

    /// <summary>f32 [batch, sequence, k]: the largest activations, descending by size, 0 where fewer are active.</summary>
    public const string TopValues = "values";

    /// <summary>i64 [batch, sequence, k]: the latents of <see cref="TopValues"/>.</summary>
    public const string TopIndices = "indices";

    /// <summary>f32 [batch, sequence, 1]: factor of each token's normalisation. Output of encode and input of decode where there is one.</summary>
    public const string Scale = "scale";

    /// <summary>f32 [batch, sequence, 1]: mean of each token. Output of encode and input of decode with <c>layer_norm</c>.</summary>
    public const string Mean = "mean";

    /// <summary>f32 [batch, sequence, d]: output of decode.</summary>
    public const string Reconstruction = "reconstruction";

    /// <summary>i64 [edits]: the latents that edit changes, each once; may be empty.</summary>
    public const string Latents = "latents";

    /// <summary>f32 [batch or 1, sequence or 1, edits or 1]: factor of the activation; 1 keeps it, 0 ablates.</summary>
    public const string Gain = "gain";

    /// <summary>As <see cref="Gain"/>: what is added after the factor; 0 adds nothing.</summary>
    public const string Offset = "offset";

    /// <summary>As <see cref="Gain"/>: lowest activation after the edit; −∞: none.</summary>
    public const string Low = "low";

    /// <summary>As <see cref="Gain"/>: highest activation after the edit; +∞: none.</summary>
    public const string High = "high";

    /// <summary>As <see cref="Gain"/>: the edit happens where the activation exceeds this; −∞: everywhere, 0: where the latent is active.</summary>
    public const string Gate = "gate";

    /// <summary>f32 [batch, sequence, d]: output of edit.</summary>
    public const string Edited = "edited";

    /// <summary>File beside the graphs that repeats their metadata for runtimes that do not show it.</summary>
    public const string ManifestFile = "sae.json";

    /// <summary>Value of <c>steering.format</c>.</summary>
    public const string Format = "steering.sae-onnx";

    /// <summary>Value of <c>steering.format_version</c>.</summary>
    public const string FormatVersion = "1";

    /// <summary>What every line of metadata starts with.</summary>
    public const string MetadataPrefix = "steering.";

    /// <summary>File of a graph.</summary>
    /// <param name="graph">One graph.</param>
    public static string FileOf(SaeOnnxGraphs graph) => graph switch
    {
        SaeOnnxGraphs.Encode => "encode.onnx",
        SaeOnnxGraphs.Decode => "decode.onnx",
        SaeOnnxGraphs.Edit => "edit.onnx",
        _ => throw new SteeringException($"There is no graph '{graph}'; choose one of Encode, Decode, Edit."),
    };
}
