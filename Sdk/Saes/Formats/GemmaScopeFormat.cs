using System.Text.RegularExpressions;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// Gemma Scope's <c>params.npz</c>: JumpReLU with a threshold a latent, no decoder bias on the input, every scale folded
/// in before publication. Model and hook point stand in the names of the folders only, and are taken from there where
/// those are the published ones.
/// </summary>
internal static partial class GemmaScopeFormat
{
    public const string WeightsName = "params.npz";

    private const string Name = "Gemma Scope";

    public static SaeParameters Read(string path)
    {
        using var tensors = new SaeTensors(NpzFile.Open(path), Name);

        // The later releases write the matrices' names in lower case.
        var (encoder, decoder) = tensors.Has("w_enc") ? ("w_enc", "w_dec") : ("W_enc", "W_dec");
        var (d, latents) = tensors.Sizes(encoder);
        var (model, hook) = Origin(Path.GetFullPath(path));
        if (hook == "embedding")
        {
            throw new SteeringException($"{path}: the folder is Gemma Scope's embedding SAE, which reads the token embedding, not a residual stream after a block; use one of layer_N.");
        }

        var parameters = new SaeParameters
        {
            Source = path,
            Architecture = SaeArchitecture.JumpRelu,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.TakeTransposed(encoder, d, latents),
            Decoder = tensors.Take(decoder, latents, d),
            EncoderBias = tensors.Take("b_enc", latents),
            DecoderBias = tensors.Take("b_dec", d),
            Threshold = tensors.Take("threshold", latents),
            ApplyDecoderBiasToInput = false,
            ModelName = model,
            HookName = hook,
        };
        if (tensors.Has("scaling_factor") && !Array.TrueForAll(tensors.Take("scaling_factor", latents), value => value == 1))
        {
            throw new SteeringException($"{path}: 'scaling_factor' holds numbers other than 1, and the format does not say whether they are folded in; convert the SAE to a SAELens folder where that is known.");
        }

        tensors.RefuseRest();
        return parameters;
    }

    /// <summary>Model and hook point of the published folders, <c>…gemma-scope-2b-pt-res…/layer_20/width_16k/average_l0_71</c>.</summary>
    private static (string? Model, string? Hook) Origin(string path)
    {
        var match = Published().Match(path.Replace('\\', '/'));
        if (!match.Success)
        {
            return (null, null);
        }

        var model = $"gemma-2-{match.Groups["size"].Value}{(match.Groups["kind"].Value == "it" ? "-it" : string.Empty)}";
        var layer = match.Groups["layer"].Value;
        return (model, layer.Length == 0 ? "embedding" : match.Groups["site"].Value switch
        {
            "res" => $"blocks.{layer}.hook_resid_post",
            "mlp" => $"blocks.{layer}.hook_mlp_out",
            _ => $"blocks.{layer}.attn.hook_z",
        });
    }

    [GeneratedRegex("gemma-scope-(?<size>2b|9b|27b)-(?<kind>pt|it)-(?<site>res|mlp|att)(?:-[a-z]+)?/(?:[^/]+/){0,3}(?:layer_(?<layer>[0-9]{1,3})|embedding)/", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Published();
}
