using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>A tiny SAELens folder of width 4 with 8 latents, one of whose files is the input.</summary>
internal sealed class SaeSeedFolder : IDisposable
{
    private const int Width = 4;
    private const int Latents = 8;

    private static readonly float[] Input = [1, -2, 3, 0.5f, 0, 1, 0, -1];

    private readonly ScratchFolder _folder = new();

    public SaeSeedFolder()
    {
        var path = _folder.File("seed.safetensors");
        SafetensorsWriter.Write(
            path,
            [
                TensorData.FromFloat32("W_enc", [Width, Latents], Ramp(Width * Latents)),
                TensorData.FromFloat32("b_enc", [Latents], Ramp(Latents)),
                TensorData.FromFloat32("W_dec", [Latents, Width], Ramp(Width * Latents)),
                TensorData.FromFloat32("b_dec", [Width], Ramp(Width)),
            ]);
        Weights = File.ReadAllBytes(path);
    }

    /// <summary>Configurations that go with <see cref="Weights"/>.</summary>
    public static IReadOnlyList<string> Configurations { get; } =
    [
        """{"architecture": "standard", "d_in": 4, "d_sae": 8, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": true, "normalize_activations": "none", "reshape_activations": "none", "metadata": {"sae_lens_version": "6.54.12", "model_name": "tiny", "hook_name": "blocks.3.hook_resid_post"}}""",
        """{"architecture": "topk", "d_in": 4, "d_sae": 8, "k": 3, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": false, "normalize_activations": "layer_norm", "reshape_activations": "none", "rescale_acts_by_decoder_norm": true, "metadata": {"model_name": "tiny", "hook_name": "blocks.3.hook_resid_post"}}""",
        """{"architecture": "topk", "d_in": 4, "d_sae": 8, "k": 2, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": true, "normalize_activations": "constant_norm_rescale", "reshape_activations": "none", "rescale_acts_by_decoder_norm": false, "metadata": {}}""",
    ];

    /// <summary>The weights file.</summary>
    public byte[] Weights { get; }

    /// <summary>Writes both files, loads the folder and takes two tokens there and back.</summary>
    public void LoadAndEncode(ReadOnlySpan<byte> configuration, ReadOnlySpan<byte> weights)
    {
        _folder.Write(SaeLensFolder.ConfigName, configuration);
        _folder.Write(SaeLensFolder.WeightsName, weights);
        var sae = SaeLensFolder.Load(_folder.Path);
        if (sae.HiddenSize != Width)
        {
            return;
        }

        var tokens = Input.Length / Width;
        var activations = new float[tokens * sae.LatentCount];
        var reconstruction = new float[Input.Length];
        sae.Encode(Input, tokens, activations);
        sae.Decode(activations, Input, tokens, reconstruction);
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => ((i * 7 % 11) - 5) / 4f)];
}
