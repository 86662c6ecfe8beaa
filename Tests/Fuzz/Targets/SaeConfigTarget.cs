using System.Text;

namespace Steering.Fuzz.Targets;

/// <summary>Loads a SAELens folder whose <c>cfg.json</c> is the input, and encodes with what comes out.</summary>
internal sealed class SaeConfigTarget : IFuzzTarget
{
    private readonly SaeSeedFolder _folder = new();

    public string Name => "sae-config";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } = [.. SaeSeedFolder.Configurations.Select(Encoding.UTF8.GetBytes)];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "standard", "gated", "jumprelu", "topk", "batchtopk", "matryoshka_batchtopk", "matching_pursuit", "none", "layer_norm", "constant_norm_rescale", "expected_average_only_in", "hook_z", "float16", "bfloat16",
            "d_in", "d_sae", "k", "architecture", "activation_fn", "activation_fn_kwargs", "apply_b_dec_to_input", "normalize_activations", "reshape_activations", "rescale_acts_by_decoder_norm", "metadata", "hook_name", "model_name", "norm_scaling_factor", "blocks.3.hook_resid_post", "blocks.99999999999.hook_resid_post",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input) => _folder.LoadAndEncode(input, _folder.Weights);

    public void Dispose() => _folder.Dispose();
}
