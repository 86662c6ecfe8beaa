namespace Steering.Export;

/// <summary>Names that Hugging Face gives the weights of a checkpoint.</summary>
internal static class CheckpointFiles
{
    /// <summary>All weights in one file.</summary>
    public const string Single = "model.safetensors";

    /// <summary>The list of the files that hold a part each.</summary>
    public const string Index = "model.safetensors.index.json";
}
