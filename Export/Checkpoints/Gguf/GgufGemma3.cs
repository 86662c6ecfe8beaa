using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// Gemma 3 (text): Gemma 2's norms and normalised query and key heads; five blocks of six slide, with a rotary base of
/// their own; no caps on scores.
/// </summary>
internal sealed class GgufGemma3 : GgufGemma2
{
    private const int BlocksOfLargest = 62;
    private const int DefaultPattern = 6;
    private const float DefaultLocalTheta = 10_000;

    public override string Name => "gemma3";

    public override string ModelType => "gemma3_text";

    public override CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file)
    {
        var pattern = keys.OptionalInteger("attention.sliding_window_pattern") ?? DefaultPattern;
        var config = common with
        {
            Activation = "gelu_pytorch_tanh",
            QueryKeyNorm = true,
            FinalSoftcap = keys.OptionalNumber("final_logit_softcapping"),
            LocalRopeTheta = keys.OptionalNumber("rope.freq_base_swa") ?? DefaultLocalTheta,
            QueryPreAttentionScalar = ScoreScalar(common, BlocksOfLargest),
        };
        return Slide(config, keys.Integer("attention.sliding_window", int.MaxValue), block => (block + 1) % pattern != 0);
    }
}
