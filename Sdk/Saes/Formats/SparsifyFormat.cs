using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// EleutherAI's sparsify: <c>cfg.json</c> and <c>sae.safetensors</c> in a folder named after the module it hooks
/// (<c>layers.10</c>). ReLU, then the k largest; the decoder bias is always subtracted from the input.
/// </summary>
internal static partial class SparsifyFormat
{
    public const string ConfigName = "cfg.json";
    public const string WeightsName = "sae.safetensors";

    private const string Name = "sparsify";
    private const int MaximumBytes = 1 << 20;

    /// <summary>Keys that say how it was trained. <c>normalize_decoder</c> is done to the stored weights already.</summary>
    private static readonly FrozenSet<string> Harmless = FrozenSet.Create(StringComparer.Ordinal, "normalize_decoder", "multi_topk", "lookup_max_order", "gram_table_hash");

    /// <summary>Switches that add to the computation; each must be off.</summary>
    private static readonly (string Key, string Reason)[] Refused =
    [
        ("transcode", "a transcoder writes elsewhere than it reads; only autoencoders can be steered"),
        ("skip_connection", "the skip connection adds a linear map of the input to the reconstruction, which no latent stands for"),
        ("embed_skip", "the reconstruction takes part of it from the token's embedding, which is not there at inference"),
        ("gram_lookup", "the reconstruction takes part of it from a table of n-grams, which is not there at inference"),
        ("signed", "signed latents rank by magnitude, and no version of the format says whether ReLU follows"),
    ];

    public static SaeParameters Read(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));
        var keys = new SaeLensConfigReader(path, document.RootElement) { Format = "a sparsify cfg.json" };
        if (keys.TakeString("activation") is { } activation && activation != "topk")
        {
            throw keys.Refusal("activation", activation, "expected topk (groupmax keeps one latent of each group, which no socket row can reproduce)");
        }

        foreach (var (key, reason) in Refused)
        {
            if (keys.TakeBoolean(key) is true)
            {
                throw keys.Refusal(key, "true", reason);
            }
        }

        var d = keys.TakeInteger("d_in") ?? throw keys.Missing("d_in");
        var k = keys.TakeInteger("k") ?? throw keys.Missing("k");
        var latents = Latents(keys, d);
        keys.RefuseRest(Harmless);

        using var tensors = new SaeTensors(SafetensorsFile.Open(Path.Combine(folder, WeightsName)), Name);
        var parameters = new SaeParameters
        {
            Source = folder,
            Architecture = SaeArchitecture.TopK,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.Take("encoder.weight", latents, d),
            Decoder = tensors.Take("W_dec", latents, d),
            EncoderBias = tensors.Take("encoder.bias", latents),
            DecoderBias = tensors.Take("b_dec", d),
            K = k,
            HookName = Hook(folder),
        };
        tensors.RefuseRest();
        return parameters;
    }

    private static int Latents(SaeLensConfigReader keys, int d)
    {
        var given = keys.TakeInteger("num_latents") ?? 0;
        var expansion = keys.TakeInteger("expansion_factor");
        var latents = given != 0 ? given : (long)d * (expansion ?? throw keys.Missing("expansion_factor"));
        return d >= 1 && latents >= 1 && latents <= Array.MaxLength / d
            ? (int)latents
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{keys.Path}: d_in {d} and {latents} latents are not the sizes of an autoencoder."));
    }

    /// <summary>The module, which the format gives as the folder's name.</summary>
    private static string? Hook(string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return Module().IsMatch(name) ? name : null;
    }

    [GeneratedRegex(@"^(?:layers|h)\.[0-9]{1,6}(?:\.[a-z_.]{1,64})?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Module();
}
