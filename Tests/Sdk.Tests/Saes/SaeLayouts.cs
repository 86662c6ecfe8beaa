using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>Writes an autoencoder as other projects do, so that reading it back can be compared with its definition.</summary>
internal static class SaeLayouts
{
    private static readonly string[] Classes = ["AutoEncoder", "AutoEncoderNew", "GatedAutoEncoder", "AutoEncoderTopK", "BatchTopKSAE", "MatryoshkaBatchTopKSAE", "JumpReluAutoEncoder"];

    /// <summary>Every layout with every setting of it that is honoured.</summary>
    public static IEnumerable<(string Layout, SaeParameters Parameters)> Cases()
    {
        yield return ("gemma_scope", Gemma());
        yield return ("gemma_scope_lower_case", Gemma());
        yield return ("llama_scope", Llama());
        yield return ("llama_scope", Llama() with { ApplyDecoderBiasToInput = true });
        yield return ("llama_scope", Llama() with { Architecture = SaeArchitecture.Standard, Threshold = [] });
        yield return ("llama_scope", Llama() with { ActivationScale = 1, Normalisation = InputNormalisation.ConstantNorm });
        yield return ("llama_scope", Llama() with { ActivationScale = 1 });
        yield return ("llama_scope_no_bias", Llama() with { DecoderBias = new float[40] });
        yield return ("sparsify", Sparsify());
        yield return ("sparsify_expansion", SaeReference.Random(SaeArchitecture.TopK, 30, 40, 80));
        yield return ("AutoEncoder", SaeReference.Random(SaeArchitecture.Standard, 31));
        yield return ("AutoEncoderNew", SaeReference.Random(SaeArchitecture.Standard, 32) with { ApplyDecoderBiasToInput = false });
        yield return ("GatedAutoEncoder", SaeReference.Random(SaeArchitecture.Gated, 33));
        yield return ("AutoEncoderTopK", SaeReference.Random(SaeArchitecture.TopK, 34));
        yield return ("BatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.BatchTopK, 35), 0.4f));
        yield return ("BatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.BatchTopK, 36), -1));
        yield return ("MatryoshkaBatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.MatryoshkaBatchTopK, 37), 0.4f));
        yield return ("JumpReluAutoEncoder", SaeReference.Random(SaeArchitecture.JumpRelu, 38) with { ApplyDecoderBiasToInput = false });
    }

    public static SaeParameters Gemma() => SaeReference.Random(SaeArchitecture.JumpRelu, 20) with { ApplyDecoderBiasToInput = false };

    public static SaeParameters Llama() => Constant(SaeReference.Random(SaeArchitecture.JumpRelu, 21), 0.3f) with { ApplyDecoderBiasToInput = false, ActivationScale = 0.5f };

    public static SaeParameters Sparsify() => SaeReference.Random(SaeArchitecture.TopK, 22);

    private static SaeParameters Constant(SaeParameters parameters, float threshold) =>
        parameters with { Threshold = [.. Enumerable.Repeat(threshold, parameters.LatentCount)] };

    /// <summary>Writes the files and gives the path to load.</summary>
    /// <param name="layout">Layout, or class of dictionary_learning.</param>
    /// <param name="p">The autoencoder.</param>
    /// <param name="root">Where.</param>
    /// <param name="folder">Folder below the root, which exists.</param>
    /// <param name="change">Changes the configuration.</param>
    public static string Write(string layout, SaeParameters p, TemporaryFolder root, string folder = ".", Action<JsonObject>? change = null)
    {
        var (d, n) = (p.HiddenSize, p.LatentCount);
        switch (layout)
        {
            case "gemma_scope":
            case "gemma_scope_lower_case":
                var (encoder, decoder) = layout == "gemma_scope" ? ("W_enc.npy", "W_dec.npy") : ("w_enc.npy", "w_dec.npy");
                return root.Write(Path.Combine(folder, "params.npz"), NpzBytes.Zip(
                    compressed: layout != "gemma_scope",
                    (encoder, NpzBytes.Array(Transposed(p.Encoder, d), d, n)),
                    (decoder, NpzBytes.Array(p.Decoder, n, d)),
                    ("b_enc.npy", NpzBytes.Array(p.EncoderBias, n)),
                    ("b_dec.npy", NpzBytes.Array(p.DecoderBias, d)),
                    ("threshold.npy", NpzBytes.Array(p.Threshold, n))));
            case "llama_scope":
            case "llama_scope_no_bias":
                Directory.CreateDirectory(root[folder, "checkpoints"]);
                List<TensorData> llama = [Tensor("encoder.weight", p.Encoder, n, d), Tensor("encoder.bias", p.EncoderBias, n), Tensor("decoder.weight", Transposed(p.Decoder, d), d, n)];
                if (layout == "llama_scope")
                {
                    llama.Add(Tensor("decoder.bias", p.DecoderBias, d));
                }

                SafetensorsWriter.Write(root[folder, "checkpoints", "final.safetensors"], llama);
                return Configure(root, folder, "hyperparams.json", Llama(p, layout == "llama_scope"), change);
            case "sparsify":
            case "sparsify_expansion":
                SafetensorsWriter.Write(root[folder, "sae.safetensors"], [Tensor("encoder.weight", p.Encoder, n, d), Tensor("encoder.bias", p.EncoderBias, n), Tensor("W_dec", p.Decoder, n, d), Tensor("b_dec", p.DecoderBias, d)]);
                return Configure(root, folder, "cfg.json", new JsonObject { ["activation"] = "topk", ["expansion_factor"] = n / d, ["normalize_decoder"] = false, ["num_latents"] = layout == "sparsify" ? n : 0, ["k"] = p.K, ["multi_topk"] = true, ["skip_connection"] = false, ["transcode"] = false, ["d_in"] = d }, change);
            default:
                Assert.Contains(layout, Classes);
                SafetensorsWriter.Write(root[folder, "ae.safetensors"], Dictionary(layout, p));
                return Configure(root, folder, "config.json", new JsonObject { ["trainer"] = new JsonObject { ["dict_class"] = layout, ["activation_dim"] = d, ["dict_size"] = n, ["k"] = p.K > 0 ? p.K : null, ["layer"] = 3, ["lm_name"] = "tiny", ["submodule_name"] = "resid_post_layer_3", ["lr"] = 0.1 }, ["buffer"] = new JsonObject { ["io"] = "out", ["d_submodule"] = d } }, change);
        }
    }

    private static List<TensorData> Dictionary(string name, SaeParameters p)
    {
        var (d, n) = (p.HiddenSize, p.LatentCount);
        var k = TensorData.FromInt64("k", [], new long[] { 7 });
        TensorData[] Linear() => [Tensor("encoder.weight", p.Encoder, n, d), Tensor("decoder.weight", Transposed(p.Decoder, d), d, n)];
        TensorData[] Matrices() => [Tensor("W_enc", Transposed(p.Encoder, d), d, n), Tensor("W_dec", p.Decoder, n, d), Tensor("b_enc", p.EncoderBias, n), Tensor("b_dec", p.DecoderBias, d)];
        return name switch
        {
            "AutoEncoder" => [.. Linear(), Tensor("encoder.bias", p.EncoderBias, n), Tensor("bias", p.DecoderBias, d)],
            "AutoEncoderNew" => [.. Linear(), Tensor("encoder.bias", p.EncoderBias, n), Tensor("decoder.bias", p.DecoderBias, d)],
            "GatedAutoEncoder" => [.. Linear(), Tensor("decoder_bias", p.DecoderBias, d), Tensor("gate_bias", p.GateBias, n), Tensor("mag_bias", p.MagnitudeBias, n), Tensor("r_mag", p.MagnitudeLogScale, n)],
            "AutoEncoderTopK" => [.. Linear(), Tensor("encoder.bias", p.EncoderBias, n), Tensor("b_dec", p.DecoderBias, d), k, Tensor("threshold", [-1])],
            "BatchTopKSAE" => [.. Linear(), Tensor("encoder.bias", p.EncoderBias, n), Tensor("b_dec", p.DecoderBias, d), k, Tensor("threshold", [p.Threshold[0]])],
            "MatryoshkaBatchTopKSAE" => [.. Matrices(), k, Tensor("threshold", [p.Threshold[0]]), TensorData.FromInt64("group_sizes", [2], new long[] { 32, n - 32 })],
            _ => [.. Matrices(), Tensor("threshold", p.Threshold, n)],
        };
    }

    private static JsonObject Llama(SaeParameters p, bool bias)
    {
        // Values are stored before the fold: the reader multiplies the threshold by the scale.
        var average = Math.Sqrt(p.HiddenSize) / p.ActivationScale;
        return new JsonObject
        {
            ["use_decoder_bias"] = bias,
            ["use_glu_encoder"] = false,
            ["hook_point_in"] = "blocks.3.hook_resid_post",
            ["hook_point_out"] = "blocks.3.hook_resid_post",
            ["apply_decoder_bias_to_pre_encoder"] = p.ApplyDecoderBiasToInput,
            ["d_model"] = p.HiddenSize,
            ["d_sae"] = p.LatentCount,
            ["norm_activation"] = p.Normalisation == InputNormalisation.ConstantNorm ? "token-wise" : p.ActivationScale == 1 ? "inference" : "dataset-wise",
            ["dataset_average_activation_norm"] = new JsonObject { ["in"] = average, ["out"] = average },
            ["act_fn"] = p.Threshold.Length == 0 ? "relu" : "jumprelu",
            ["jump_relu_threshold"] = p.Threshold.Length == 0 ? null : p.Threshold[0] / p.ActivationScale,
            ["top_k"] = 50,
        };
    }

    private static string Configure(TemporaryFolder root, string folder, string name, JsonObject config, Action<JsonObject>? change)
    {
        change?.Invoke(config);
        File.WriteAllText(root[folder, name], config.ToJsonString());
        return root[folder];
    }

    private static TensorData Tensor(string name, float[] values, params long[] shape) => TensorData.FromFloat32(name, shape, values);

    private static float[] Transposed(float[] rows, int width)
    {
        var count = rows.Length / width;
        var result = new float[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            result[(i % width * count) + (i / width)] = rows[i];
        }

        return result;
    }
}
