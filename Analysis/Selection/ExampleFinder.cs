using Steering.Analysis.Concepts;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Harvest;
using Steering.Catalogues;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Analysis.Selection;

/// <summary>Where in labelled texts features are largest, at most once a text.</summary>
/// <param name="harvester">The model up to the SAE's site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="autoencoder">The SAE.</param>
/// <param name="count">Examples of each feature, 1 to 255.</param>
/// <param name="maximumTokens">Longest text; the rest is cut off.</param>
public sealed class ExampleFinder(Harvester harvester, ITextTokenizer tokenizer, SparseAutoencoder autoencoder, int count, int maximumTokens)
{
    /// <summary>Tokens shown on each side of a peak.</summary>
    public const int Context = 10;

    /// <summary>Finds the examples.</summary>
    /// <param name="corpus">The texts; their labels do not matter.</param>
    /// <param name="latents">The features.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <returns>[latents] examples, strongest first; the document is the number of the text.</returns>
    public IReadOnlyList<IReadOnlyList<CatalogueExample>> Find(LabelledCorpus corpus, IReadOnlyList<int> latents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(latents);
        var examples = new TopExamples(autoencoder.LatentCount, count, Context, byDocument: false);
        var ids = new Dictionary<int, int[]>();
        foreach (var (batch, texts) in new LabelledHarvest(harvester, tokenizer, maximumTokens).Run(corpus.Read(cancellationToken), cancellationToken))
        {
            var activations = autoencoder.EncodeSparse(batch.Activations, batch.Rows);
            foreach (var text in texts)
            {
                int[] positions = [.. Enumerable.Range(0, text.Ids.Length).Where(position => text.LeftOut.Span[position] == LeftOut.No)];
                examples.Add((int)text.Order, new EvaluationWindow(text.Ids), positions, activations, text.FirstRow);
                ids[(int)text.Order] = text.Ids;
            }
        }

        return [.. latents.Select(latent => (IReadOnlyList<CatalogueExample>)[.. examples.Of(latent).Select(example => Shown(latent, example, ids[example.Window]))])];
    }

    private CatalogueExample Shown(int latent, TopExample found, int[] ids)
    {
        var pieces = TokenPieces.Of(tokenizer, ids);
        var example = found.OnWords(pieces);
        var tokens = pieces[example.Start..(example.Start + example.Activations.Count)];
        return new CatalogueExample(latent, example.Activation, example.Activations, new CatalogueExcerpt(example.Window, example.Position - example.Start, tokens));
    }
}
