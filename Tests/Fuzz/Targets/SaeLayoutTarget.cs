using System.Text;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>Loads folders of Llama Scope, sparsify and dictionary_learning whose configuration is the input, and encodes with what comes out.</summary>
internal sealed class SaeLayoutTarget : IFuzzTarget
{
    private const int Width = 4;
    private const int Latents = 8;

    private readonly ScratchFolder _llama = new();
    private readonly ScratchFolder _sparsify = new();
    private readonly ScratchFolder _dictionary = new();

    public SaeLayoutTarget()
    {
        Directory.CreateDirectory(_llama.File("checkpoints"));
        var encoder = Tensor("encoder.weight", Latents, Width);
        var bias = Tensor("encoder.bias", Latents);
        var decoder = Tensor("decoder.weight", Width, Latents);
        SafetensorsWriter.Write(_llama.File("checkpoints/final.safetensors"), [encoder, bias, decoder, Tensor("decoder.bias", Width)]);
        SafetensorsWriter.Write(_sparsify.File("sae.safetensors"), [encoder, bias, Tensor("W_dec", Latents, Width), Tensor("b_dec", Width)]);
        SafetensorsWriter.Write(_dictionary.File("ae.safetensors"), [encoder, bias, decoder, Tensor("b_dec", Width), TensorData.FromInt64("k", [], new long[] { 3 }), TensorData.FromFloat32("threshold", [], new float[] { 0.25f })]);
    }

    public string Name => "sae-layouts";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"use_decoder_bias": true, "use_glu_encoder": false, "hook_point_in": "blocks.0.hook_resid_post", "hook_point_out": "blocks.0.hook_resid_post", "apply_decoder_bias_to_pre_encoder": false, "d_model": 4, "d_sae": 8, "norm_activation": "dataset-wise", "dataset_average_activation_norm": {"in": 14.5, "out": 14.5}, "act_fn": "jumprelu", "jump_relu_threshold": 0.6, "top_k": 50}""",
            """{"activation": "topk", "expansion_factor": 2, "normalize_decoder": true, "num_latents": 8, "k": 3, "multi_topk": false, "skip_connection": false, "transcode": false, "d_in": 4}""",
            """{"trainer": {"dict_class": "BatchTopKSAE", "activation_dim": 4, "dict_size": 8, "k": 3, "layer": 0, "lm_name": "tiny", "submodule_name": "resid_post_layer_0"}, "buffer": {"io": "out"}}""",
            """{"trainer": {"dict_class": "AutoEncoderTopK", "activation_dim": 4, "dict_size": 8, "k": 3, "layer": 0, "lm_name": "tiny", "submodule_name": "model.layers.1"}}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[] { "jumprelu", "relu", "topk", "groupmax", "token-wise", "inference", "dataset-wise", "in", "out", "d_model", "d_sae", "d_in", "k", "num_latents", "expansion_factor", "trainer", "buffer", "io", "dict_class", "AutoEncoder", "GatedAutoEncoder", "submodule_name", "gpt_neox.layers.99999999999" }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // A refusal by one reader must not keep the input from the others; the last one is passed on.
        SteeringException? refusal = null;
        var read = 0;
        foreach (var (folder, name) in new[] { (_llama, "hyperparams.json"), (_sparsify, "cfg.json"), (_dictionary, "config.json") })
        {
            folder.Write(name, input);
            try
            {
                var sae = SaeFolder.Load(folder.Path);
                sae.Encode([1, -2, 3, 0.5f], 1, new float[sae.LatentCount]);
                read++;
            }
            catch (SteeringException exception)
            {
                refusal = exception;
            }
        }

        if (read == 0)
        {
            throw refusal!;
        }
    }

    public void Dispose()
    {
        _llama.Dispose();
        _sparsify.Dispose();
        _dictionary.Dispose();
    }

    private static TensorData Tensor(string name, params long[] shape) =>
        TensorData.FromFloat32(name, shape, Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(i => ((i * 7 % 11) - 5) / 4f).ToArray());
}
