using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>A small SAELens folder on disk, right until a test makes it wrong.</summary>
internal sealed class SaeFolderBuilder
{
    public const int Width = 4;
    public const int Latents = 6;

    public SaeFolderBuilder(string architecture = "standard")
    {
        Config = new JsonObject
        {
            ["architecture"] = architecture,
            ["d_in"] = Width,
            ["d_sae"] = Latents,
            ["dtype"] = "float32",
            ["device"] = "cuda",
            ["apply_b_dec_to_input"] = true,
            ["normalize_activations"] = "none",
            ["reshape_activations"] = "none",
            ["metadata"] = new JsonObject { ["sae_lens_version"] = "6.54.12", ["model_name"] = "tiny", ["hook_name"] = "blocks.3.hook_resid_post", ["anything"] = 1 },
        };
        Set("W_dec", [Latents, Width], Numbers.Normal(1, Latents * Width));
        Set("b_dec", [Width], Numbers.Normal(2, Width));
        if (architecture == "matching_pursuit")
        {
            return;
        }

        Set("W_enc", [Width, Latents], Numbers.Normal(3, Latents * Width));
        if (architecture == "gated")
        {
            Set("b_gate", [Latents], Numbers.Normal(4, Latents));
            Set("b_mag", [Latents], Numbers.Normal(5, Latents));
            Set("r_mag", [Latents], Numbers.Normal(6, Latents, 0.3));
            return;
        }

        Set("b_enc", [Latents], Numbers.Normal(7, Latents));
        if (architecture is "jumprelu" or "batchtopk" or "matryoshka_batchtopk")
        {
            Set("threshold", [Latents], [0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f]);
        }

        if (architecture is "topk" or "abstopk")
        {
            Config["k"] = 2;
        }

        if (architecture is "topk" or "abstopk" or "batchtopk" or "matryoshka_batchtopk")
        {
            Config["rescale_acts_by_decoder_norm"] = false;
        }
    }

    public JsonObject Config { get; }

    public Dictionary<string, TensorData> Tensors { get; } = new(StringComparer.Ordinal);

    public float[] this[string name] => Values[name];

    private Dictionary<string, float[]> Values { get; } = new(StringComparer.Ordinal);

    public SaeFolderBuilder With(string key, JsonNode? value)
    {
        Config[key] = value;
        return this;
    }

    public SaeFolderBuilder Without(string key)
    {
        Assert.IsTrue(Config.Remove(key) | Tensors.Remove(key), key);
        return this;
    }

    public SaeFolderBuilder Set(string name, long[] shape, float[] values)
    {
        Values[name] = values;
        Tensors[name] = TensorData.FromFloat32(name, shape, values);
        return this;
    }

    public string Write(TemporaryFolder folder, string? config = null)
    {
        File.WriteAllText(folder[SaeLensFolder.ConfigName], config ?? Config.ToJsonString(JsonSerializerOptions.Default));
        SafetensorsWriter.Write(folder[SaeLensFolder.WeightsName], [.. Tensors.Values]);
        return folder.Path;
    }

    public SparseAutoencoder Load()
    {
        using var folder = new TemporaryFolder();
        return SaeLensFolder.Load(Write(folder));
    }

    /// <summary>Activations of a fixed token.</summary>
    public float[] Encode()
    {
        var activations = new float[Latents];
        Load().Encode([-1.5f, 2, -0.75f, -3], 1, activations);
        return activations;
    }

    /// <summary>Reconstruction of the fixed token from given activations.</summary>
    public float[] Decode(float[] activations)
    {
        var reconstruction = new float[Width];
        Load().Decode(activations, [-1.5f, 2, -0.75f, -3], 1, reconstruction);
        return reconstruction;
    }
}
