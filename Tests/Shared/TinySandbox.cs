using System.Globalization;
using Steering.Catalogues;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Tests;

/// <summary>A bundle in miniature, as a folder of the form that Steering.Sandbox carries: random weights, two autoencoders, two policies.</summary>
internal static class TinySandbox
{
    public const int Latents = 64;
    public const int K = 8;
    public const int LabelledRain = 3;
    public const int LabelledRude = 5;
    public const float Maximum = 4;

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder)
    {
        TinyCheckpoint.Write(Path.Combine(folder, "checkpoint"));
        WriteSae(Path.Combine(folder, "saes", "mid-topk"), block: 0);
        WriteSae(Path.Combine(folder, "saes", "late-topk"), block: 1);
        var policies = Directory.CreateDirectory(Path.Combine(folder, "policies")).FullName;
        WritePolicy(policies, "friendly", "Nothing rude.", $$"""{"target":{"sae":"late-topk","feature":{{LabelledRude}}},"operator":"ablate"}""");
        WritePolicy(policies, "loud", "Both at once.", """{"target":{"sae":"late-topk","feature":9},"operator":"clamp","value":6},{"target":{"sae":"mid-topk","feature":2},"operator":"clamp","value":6}""");
        return folder;
    }

    private static void WritePolicy(string folder, string name, string description, string interventions) =>
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), $$"""{"version":1,"name":"{{name}}","description":"{{description}}","interventions":[{{interventions}}]}""");

    private static void WriteSae(string folder, int block)
    {
        var random = new Random(100 + block);
        var directions = Enumerable.Range(0, Latents * TinyCheckpoint.HiddenSize).Select(_ => (float)(random.NextDouble() - 0.5) / 2).ToArray();
        SaeLensFolderWriter.Write(folder, new SaeParameters
        {
            Source = folder,
            Architecture = SaeArchitecture.TopK,
            HiddenSize = TinyCheckpoint.HiddenSize,
            LatentCount = Latents,
            Encoder = directions,
            Decoder = [.. directions],
            EncoderBias = new float[Latents],
            DecoderBias = new float[TinyCheckpoint.HiddenSize],
            K = K,
            ModelName = "sandbox",
            HookName = string.Create(CultureInfo.InvariantCulture, $"blocks.{block}.hook_resid_post"),
        });
        var autoencoder = SaeFolder.Load(folder);
        var info = new CatalogueInfo { LatentCount = Latents, HiddenSize = TinyCheckpoint.HiddenSize, SaeSha256 = autoencoder.Fingerprint, ModelName = "sandbox", Tokens = 1000 };
        using var catalogue = FeatureCatalogueWriter.Create(Path.Combine(folder, FeatureCatalogue.FileName), info);
        for (var latent = 0; latent < Latents; latent++)
        {
            var label = latent switch { LabelledRain => "rain and storms", LabelledRude => "rude words", _ => null };
            catalogue.AddFeature(new CatalogueFeature(latent, Fired: 10 + latent, Maximum, MeanActivation: 1, Nearest: null, NearestCosine: 0, label));
        }

        var excerpt = catalogue.AddExcerpt(new CatalogueExcerpt(0, 1, ["the ", "storm", " came"]));
        catalogue.AddExample(LabelledRain, excerpt, [0, Maximum, 1]);
        catalogue.Commit();
    }
}
