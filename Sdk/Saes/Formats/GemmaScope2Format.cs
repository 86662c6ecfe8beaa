using System.Text.RegularExpressions;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// Gemma Scope 2's <c>config.json</c> and <c>params.safetensors</c>: JumpReLU with a threshold a latent and no decoder bias on the
/// input. Autoencoders of the residual stream after a block; its transcoders and its autoencoders of attention and feed-forward
/// outputs are refused by name.
/// </summary>
internal static partial class GemmaScope2Format
{
    public const string ConfigName = "config.json";

    public const string WeightsName = "params.safetensors";

    private const string Name = "Gemma Scope 2";
    private const int MaximumBytes = 1 << 16;

    public static SaeParameters Read(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        using var document = StrictJson.Parse(path, StrictJson.WithPythonNumbers(ReadableFile.ReadAllBytes(path, MaximumBytes)));
        var keys = new SaeLensConfigReader(path, document.RootElement) { Format = "the config.json of a Gemma Scope 2 autoencoder" };
        var type = keys.TakeString("type") ?? throw keys.Missing("type");
        if (type != "sae")
        {
            throw keys.Refusal("type", type, "expected sae: a transcoder writes elsewhere than it reads, so it cannot be steered");
        }

        var architecture = keys.TakeString("architecture") ?? throw keys.Missing("architecture");
        if (architecture is not ("jump_relu" or "jumprelu"))
        {
            throw keys.Refusal("architecture", architecture, "expected jump_relu");
        }

        if (keys.TakeBoolean("affine_connection") ?? false)
        {
            throw keys.Refusal("affine_connection", "true", "an autoencoder has no connection beside its latents");
        }

        var (input, output) = (keys.TakeString("hf_hook_point_in") ?? throw keys.Missing("hf_hook_point_in"), keys.TakeString("hf_hook_point_out"));
        if (output is not null && output != input)
        {
            throw keys.Refusal("hf_hook_point_out", output, $"an autoencoder writes where it reads, at {input}");
        }

        var width = keys.TakeInteger("width");
        var model = keys.TakeString("model_name");
        _ = keys.TakeNumber("l0");
        keys.RefuseRest();

        using var tensors = new SaeTensors(SafetensorsFile.Open(Path.Combine(folder, WeightsName)), Name);
        var (d, latents) = tensors.Sizes("w_enc");
        if (width is { } claimed && claimed != latents)
        {
            throw keys.Refusal("width", $"{claimed}", $"the weights have {latents} latents");
        }

        var parameters = new SaeParameters
        {
            Source = folder,
            Architecture = SaeArchitecture.JumpRelu,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.TakeTransposed("w_enc", d, latents),
            Decoder = tensors.Take("w_dec", latents, d),
            EncoderBias = tensors.Take("b_enc", latents),
            DecoderBias = tensors.Take("b_dec", d),
            Threshold = tensors.Take("threshold", latents),
            ApplyDecoderBiasToInput = false,
            ModelName = model,
            HookName = AfterBlock().Match(input) is { Success: true } match ? $"blocks.{match.Groups["block"].Value}.hook_resid_post" : input,
        };
        tensors.RefuseRest();
        return parameters;
    }

    [GeneratedRegex(@"^model\.layers\.(?<block>[0-9]{1,3})\.output$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AfterBlock();
}
