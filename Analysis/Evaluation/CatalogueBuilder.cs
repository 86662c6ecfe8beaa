using System.Runtime.InteropServices;
using Steering.Catalogues;
using Steering.Tokenizers;

namespace Steering.Analysis.Evaluation;

/// <summary>Writes what an evaluation found about each latent into a catalogue.</summary>
public static class CatalogueBuilder
{
    /// <summary>Writes the catalogue, atomically. Latents that never fired have no row.</summary>
    /// <param name="path">The file, usually <see cref="FeatureCatalogue.FileName"/> in the autoencoder's folder.</param>
    /// <param name="result">The evaluation, with examples.</param>
    /// <param name="windows">The windows that were evaluated.</param>
    /// <param name="tokenizer">The model's tokenizer, which gives the examples their text.</param>
    /// <param name="labels">Names of latents, or null.</param>
    /// <param name="cancellationToken">Stops between latents; nothing is left behind.</param>
    /// <exception cref="SteeringException">The evaluation kept no examples, a label is of no latent, or the file cannot be written.</exception>
    public static void Write(
        string path,
        SaeEvaluationResult result,
        IReadOnlyList<EvaluationWindow> windows,
        ITextTokenizer tokenizer,
        IReadOnlyDictionary<int, string>? labels = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var examples = result.Examples ?? throw new SteeringException("The evaluation kept no examples, so there is nothing to search in a catalogue; evaluate with at least one example a latent.");
        var summary = result.Summary;
        using var writer = FeatureCatalogueWriter.Create(path, new CatalogueInfo
        {
            LatentCount = summary.LatentCount,
            HiddenSize = summary.HiddenSize,
            SaeSha256 = summary.SaeSha256,
            ModelName = summary.ModelName,
            ModelSha256 = summary.ModelSha256,
            Site = summary.Site,
            Tokens = summary.Tokens,
            TokensLeftOut = summary.TokensLeftOut,
            Corpus = summary.Corpus,
        });
        if (labels?.Keys.FirstOrDefault(latent => latent < 0 || latent >= summary.LatentCount, 0) is { } other and not 0)
        {
            throw new SteeringException(FormattableString.Invariant($"There is a label for latent {other}; the autoencoder has latents 0 to {summary.LatentCount - 1}."));
        }

        var texts = new string[windows.Count][];
        var excerpts = new Dictionary<(int Window, int Position), int>();
        for (var latent = 0; latent < summary.LatentCount; latent++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var label = labels?.GetValueOrDefault(latent);
            if (result.Latents.Fired[latent] == 0 && label is null)
            {
                continue;
            }

            writer.AddFeature(Feature(result, latent, label));
            foreach (var found in examples.Of(latent))
            {
                var pieces = texts[found.Window] ??= TokenPieces.Of(tokenizer, windows[found.Window].Ids.ToArray());
                var example = found.OnWords(pieces);
                ref var excerpt = ref CollectionsMarshal.GetValueRefOrAddDefault(excerpts, (example.Window, example.Position), out var known);
                if (!known)
                {
                    var window = windows[example.Window];
                    var document = window.Documents.IsEmpty ? example.Window : window.Documents.Span[example.Position];
                    excerpt = writer.AddExcerpt(new CatalogueExcerpt(document, example.Position - example.Start, pieces.AsSpan(example.Start, example.Activations.Count).ToArray()));
                }

                writer.AddExample(latent, excerpt, example.Activations);
            }
        }

        writer.Commit();
    }

    private static CatalogueFeature Feature(SaeEvaluationResult result, int latent, string? label)
    {
        var nearest = result.Neighbours is { } neighbours && neighbours.Latents(latent)[0] >= 0 ? neighbours.Latents(latent)[0] : (int?)null;
        return new CatalogueFeature(
            latent,
            result.Latents.Fired[latent],
            result.Latents.MaxActivation[latent],
            result.Latents.MeanActivation[latent],
            nearest,
            nearest is null ? 0 : result.Neighbours!.MaximumCosine(latent),
            label);
    }
}
