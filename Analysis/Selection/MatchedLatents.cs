using System.Globalization;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Statistics;
using Steering.Concepts;
using Steering.Saes;

namespace Steering.Analysis.Selection;

/// <summary>The control of a choice of features: for each, another latent that fires about as often, drawn at random.</summary>
public static class MatchedLatents
{
    /// <summary>Draws latents.</summary>
    /// <param name="statistics">What was measured; a latent's firing rate is that over all observations.</param>
    /// <param name="autoencoder">The SAE.</param>
    /// <param name="latents">The chosen features.</param>
    /// <param name="seed">Of the draw; the same seed gives the same control.</param>
    /// <returns>[latents] as many others, none twice: each one of the <see cref="RandomFeatureControl.Neighbours"/> nearest in firing rate.</returns>
    /// <exception cref="SteeringException">Too few other latents ever fired.</exception>
    public static int[] Draw(ConceptStatistics statistics, SparseAutoencoder autoencoder, IReadOnlyList<int> latents, long seed)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(latents);
        var random = new SeededRandom(seed, stream: 2);
        var taken = latents.ToHashSet();
        var others = new List<int>(latents.Count);
        foreach (var latent in latents)
        {
            var rate = Rate(statistics, latent);
            int[] nearest =
            [
                .. Enumerable.Range(0, statistics.LatentCount)
                    .Where(candidate => !taken.Contains(candidate) && statistics.Largest(candidate) > 0 && autoencoder.DecoderDirection(candidate).Any(value => value != 0))
                    .OrderBy(candidate => Math.Abs(Math.Log(Rate(statistics, candidate) / rate)))
                    .Take(RandomFeatureControl.Neighbours),
            ];
            if (nearest.Length == 0)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Only {others.Count} other features ever fired under the labels, and {latents.Count} are needed as a control. Choose fewer features, or leave the control out."));
            }

            others.Add(nearest[random.Below(nearest.Length)]);
            taken.Add(others[^1]);
        }

        return [.. others];
    }

    private static double Rate(ConceptStatistics statistics, int latent) => Enumerable.Range(0, statistics.ConceptCount).Sum(concept => (double)statistics.Active(latent, concept));
}
