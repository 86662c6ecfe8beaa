namespace Steering.Export.Checkpoints.Gguf;

/// <summary>Qwen3: Qwen2 with normalised query and key heads instead of biases; both are seen from the tensors.</summary>
internal sealed class GgufQwen3 : GgufQwen2
{
    public override string Name => "qwen3";

    public override string ModelType => "qwen3";
}
