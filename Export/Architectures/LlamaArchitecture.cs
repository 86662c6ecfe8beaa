using System.Globalization;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>Llama: pre-normalised blocks of grouped-query attention with rotary positions and a gated feed-forward.</summary>
internal class LlamaArchitecture : IArchitecture
{
    private const string Head = "lm_head.weight";

    /// <inheritdoc/>
    public virtual IReadOnlyList<string> ModelTypes => ["llama"];

    /// <inheritdoc/>
    public virtual string GenAiType => "llama";

    /// <inheritdoc/>
    public void Build(DecoderGraph decoder, ICheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        if (config.Activation is not ("silu" or "swish"))
        {
            throw new SteeringException($"{checkpoint.Source}: a {config.ModelType} model with the activation '{config.Activation}' is not supported; silu is.");
        }

        decoder.Embed("model.embed_tokens.weight", Head);
        var attention = new AttentionSettings((float)(1 / Math.Sqrt(config.HeadSize)))
        {
            Rotary = decoder.Rotary(string.Empty, config.HeadSize, config.RopeTheta, config.RopeScaling),
            Window = Window(config),
        };
        for (var block = 0; block < config.BlockCount; block++)
        {
            var tensors = string.Create(CultureInfo.InvariantCulture, $"model.layers.{block}.");
            var path = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{block}");
            var x = decoder.RootMeanSquareNorm(path + "/input_layernorm", decoder.Vector(tensors + "input_layernorm.weight"));
            var attended = decoder.Attention(block, QueryKeyValue(decoder, config, tensors + "self_attn.", path + "/attn", x), attention);
            decoder.AddToResidual(decoder.Linear(path + "/attn/o_proj", attended, decoder.Matrix(tensors + "self_attn.o_proj.weight"), decoder.VectorOrNull(tensors + "self_attn.o_proj.bias")));

            var y = decoder.RootMeanSquareNorm(path + "/post_attention_layernorm", decoder.Vector(tensors + "post_attention_layernorm.weight"));
            var (gate, up) = GateAndUp(decoder, config, tensors + "mlp.", path + "/mlp", y);
            var gated = decoder.Graph.Add("Mul", path + "/mlp/Mul", [decoder.Silu(path + "/mlp/act_fn", gate), up]);
            decoder.AddToResidual(decoder.Linear(path + "/mlp/down_proj", gated, decoder.Matrix(tensors + "mlp.down_proj.weight"), decoder.VectorOrNull(tensors + "mlp.down_proj.bias")));
        }

        var last = string.Create(CultureInfo.InvariantCulture, $"/model/layers.{config.BlockCount}/final_norm_layernorm");
        decoder.Logits(decoder.RootMeanSquareNorm(last, decoder.Vector("model.norm.weight")), Head);
    }

    /// <summary>Positions that a token sees, itself included; null for all.</summary>
    protected virtual int? Window(CheckpointConfig config) => null;

    /// <summary>Queries, keys and values of a block, in one value or in three.</summary>
    protected virtual GraphValue[] QueryKeyValue(DecoderGraph decoder, CheckpointConfig config, string tensors, string path, GraphValue x) =>
        decoder.Linears(
            path + "/qkv_proj",
            x,
            (path + "/q_proj", decoder.Matrix(tensors + "q_proj.weight"), decoder.VectorOrNull(tensors + "q_proj.bias")),
            (path + "/k_proj", decoder.Matrix(tensors + "k_proj.weight"), decoder.VectorOrNull(tensors + "k_proj.bias")),
            (path + "/v_proj", decoder.Matrix(tensors + "v_proj.weight"), decoder.VectorOrNull(tensors + "v_proj.bias")));

    /// <summary>The two products of the gated feed-forward.</summary>
    protected virtual (GraphValue Gate, GraphValue Up) GateAndUp(DecoderGraph decoder, CheckpointConfig config, string tensors, string path, GraphValue x)
    {
        var both = decoder.Linears(
            path + "/gate_up_proj",
            x,
            (path + "/gate_proj", decoder.Matrix(tensors + "gate_proj.weight"), decoder.VectorOrNull(tensors + "gate_proj.bias")),
            (path + "/up_proj", decoder.Matrix(tensors + "up_proj.weight"), decoder.VectorOrNull(tensors + "up_proj.bias")));
        return both.Length == 2 ? (both[0], both[1]) : decoder.SplitInTwo(path + "/gate_up_proj", both[0]);
    }
}
