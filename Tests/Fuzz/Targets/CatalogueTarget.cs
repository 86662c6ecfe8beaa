using System.Text;
using Steering.Catalogues;

namespace Steering.Fuzz.Targets;

/// <summary>Opens a feature catalogue, reads its first features and every maximum, and searches it.</summary>
internal sealed class CatalogueTarget : IFuzzTarget
{
    private const int Latents = 6;

    private readonly ScratchFolder _folder = new();

    public CatalogueTarget() => Seeds = [Seed()];

    public string Name => "catalogue";

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "features", "labels", "excerpts", "examples", "catalogue", "excerpt_text", "label_text", "CREATE TABLE", "CREATE VIEW", "latents", "tokens", "sae_sha256", "peak_word", "rain", "99999999999" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        using var catalogue = FeatureCatalogue.Open(_folder.Write("input.sqlite", input));
        for (var latent = 0; latent < Math.Min(catalogue.Info.LatentCount, Latents); latent++)
        {
            var feature = catalogue.Feature(latent);
            if (feature.Latent != latent || !float.IsFinite(feature.MaxActivation) || feature.MaxActivation < 0)
            {
                throw new FuzzFindingException(FormattableString.Invariant($"feature {latent} came back as {feature}"));
            }

            foreach (var example in catalogue.Examples(latent))
            {
                if (example.Activations.Count != example.Excerpt.Tokens.Count || example.Activations[example.Excerpt.Peak] != example.Activation)
                {
                    throw new FuzzFindingException(FormattableString.Invariant($"an example of {latent} does not fit its excerpt"));
                }
            }
        }

        catalogue.Labels();
        catalogue.Search("rain", 10);
        catalogue.Search("w*", 10);
        if (catalogue.Info.LatentCount <= 1 << 16)
        {
            catalogue.ReadStatistics();
        }
    }

    public void Dispose() => _folder.Dispose();

    private byte[] Seed()
    {
        var path = _folder.File("seed.sqlite");
        using (var writer = FeatureCatalogueWriter.Create(path, new CatalogueInfo { LatentCount = Latents, HiddenSize = 2, SaeSha256 = new string('a', 64), Site = "resid_post.3", Tokens = 100 }))
        {
            var rain = writer.AddExcerpt(new CatalogueExcerpt(11, 2, ["The", " heavy", " rain", " fell"]));
            var wind = writer.AddExcerpt(new CatalogueExcerpt(12, 1, ["A", " wind", " 😀"]));
            writer.AddFeature(new CatalogueFeature(0, 40, 8, 2.5f, 1, 0.25f, "weather: rain"));
            writer.AddFeature(new CatalogueFeature(1, 10, 4, 2, null, 0, null));
            writer.AddExample(0, rain, [0, 3, 8, 0]);
            writer.AddExample(0, wind, [0, 2, 1]);
            writer.AddExample(1, wind, [0, 4, 0]);
            writer.Commit();
        }

        return File.ReadAllBytes(path);
    }
}
