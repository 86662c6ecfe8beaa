using System.Globalization;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Export.Precision;

namespace Steering.Export.Architectures;

/// <summary>
/// Llama's kin whose feed-forward is a mixture of experts: Mixtral, Qwen 3 MoE, and gpt-oss, which has biases, clamped
/// gates and a sink in every head's softmax.
/// </summary>
internal sealed class MixtureArchitecture : IArchitecture
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ModelTypes { get; } = ["gpt_oss", "mixtral", "qwen3_moe"];

    /// <inheritdoc/>
    public string GenAiType(string modelType) => "llama";

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint) =>
        LlamaArchitecture.Build(decoder, checkpoint, (block, tensors, path, x) => checkpoint.Config.Experts!.Blocks.Contains(block)
            ? FeedForward(decoder, checkpoint, tensors, path, x)
            : decoder.GatedFeedForward(tensors + "mlp.", path, x));

    private static GraphValue FeedForward(DecoderGraph decoder, ICheckpoint checkpoint, string tensors, string path, GraphValue x)
    {
        var experts = checkpoint.Config.Experts!;
        if (checkpoint.Config.ModelType == "gpt_oss")
        {
            tensors += "mlp.";
            var router = decoder.Linear(path + "/router", x, tensors + "router", bias: true);
            var gateUp = decoder.Stacked(tensors + "experts.gate_up_proj");
            var down = decoder.Stacked(tensors + "experts.down_proj");
            return decoder.Experts(path, x, router, experts, new(gateUp, decoder.Stacked(tensors + "experts.gate_up_proj_bias"), down, decoder.Stacked(tensors + "experts.down_proj_bias")));
        }

        var mixtral = checkpoint.Config.ModelType == "mixtral";
        tensors += mixtral ? "block_sparse_moe." : "mlp.";
        var (gate, up, output) = mixtral ? ("w1", "w3", "w2") : ("gate_proj", "up_proj", "down_proj");
        var first = new WeightMatrix[experts.Count];
        var second = new WeightMatrix[experts.Count];
        for (var expert = 0; expert < experts.Count; expert++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{tensors}experts.{expert}.");
            var both = WeightMatrix.Stack(decoder.Matrix($"{name}{gate}.weight"), decoder.Matrix($"{name}{up}.weight"));

            // One row of the gate, one of what it gates, and so on.
            first[expert] = both.Reorder([.. Enumerable.Range(0, both.Rows).Select(row => (row / 2) + (row % 2 * (both.Rows / 2)))]);
            second[expert] = decoder.Matrix($"{name}{output}.weight");
        }

        return decoder.Experts(path, x, decoder.Linear(path + "/router", x, tensors + "gate", bias: false), experts, new(ExpertTensor.Of(first), null, ExpertTensor.Of(second), null));
    }
}
