using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.IO;
using Steering.Tensors;
using Steering.Training.Kernels;

namespace Steering.Training.Llama;

/// <summary>Writes a Llama as a Hugging Face folder: <c>config.json</c>, <c>generation_config.json</c>, <c>model.safetensors</c>.</summary>
public static class LlamaFolder
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Writes the files, each atomically; a tokenizer is written beside them by its own <c>Save</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An existing folder; files of these names are replaced.</param>
    /// <param name="halfPrecision">Whether the weights are stored in fp16, rounded to the nearest.</param>
    /// <param name="beginToken">Token that begins a sequence, or null.</param>
    /// <param name="endToken">Token that ends a reply.</param>
    /// <param name="padToken">Token that fills up a batch.</param>
    /// <exception cref="SteeringException">The folder cannot be written, or a weight is too large for fp16.</exception>
    public static void Write(LlamaModel model, string folder, bool halfPrecision, int? beginToken, int endToken, int padToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. model.Named.Select(pair => halfPrecision ? Half(pair.Name, pair.Value) : TensorData.FromFloat32(pair.Name, pair.Value.shape, Values(pair.Value).ToArray()))],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), Config(model.Settings, halfPrecision, beginToken, endToken, padToken).ToJsonString(Json));
        AtomicFile.WriteAllText(Path.Combine(folder, "generation_config.json"), Tokens(beginToken, endToken, padToken).ToJsonString(Json));
    }

    private static unsafe ReadOnlySpan<float> Values(TorchSharp.torch.Tensor tensor) => new(TensorMemory.Pointer(tensor), checked((int)tensor.numel()));

    private static TensorData Half(string name, TorchSharp.torch.Tensor tensor)
    {
        var values = Values(tensor);
        var halves = new Half[values.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(values, halves);
        return Array.TrueForAll(halves, System.Half.IsFinite)
            ? TensorData.FromBytes(name, TensorElementType.Float16, tensor.shape, MemoryMarshal.AsBytes<Half>(halves).ToArray())
            : throw new SteeringException($"'{name}' holds a weight beyond fp16's largest, 65504; write fp32.");
    }

    private static JsonObject Tokens(int? begin, int end, int pad)
    {
        var tokens = new JsonObject { ["eos_token_id"] = end, ["pad_token_id"] = pad };
        if (begin is { } id)
        {
            tokens["bos_token_id"] = id;
        }

        return tokens;
    }

    private static JsonObject Config(LlamaSettings settings, bool halfPrecision, int? begin, int end, int pad)
    {
        var config = Tokens(begin, end, pad);
        config["architectures"] = new JsonArray("LlamaForCausalLM");
        config["model_type"] = "llama";
        config["vocab_size"] = settings.VocabularySize;
        config["hidden_size"] = settings.HiddenSize;
        config["num_hidden_layers"] = settings.BlockCount;
        config["num_attention_heads"] = settings.HeadCount;
        config["num_key_value_heads"] = settings.KeyValueHeadCount;
        config["head_dim"] = settings.HeadSize;
        config["intermediate_size"] = settings.IntermediateSize;
        config["max_position_embeddings"] = settings.ContextLength;
        config["rope_theta"] = settings.RopeTheta;
        config["rms_norm_eps"] = settings.NormEpsilon;
        config["hidden_act"] = "silu";
        config["attention_bias"] = false;
        config["mlp_bias"] = false;
        config["tie_word_embeddings"] = settings.TiedEmbeddings;
        config["torch_dtype"] = halfPrecision ? "float16" : "float32";
        return config;
    }
}
