using Steering.Saes;

namespace Steering.Catalogues;

public sealed partial class FeatureCatalogue
{
    /// <summary>
    /// Finds the features that stand out on tokens: those with the largest product of activation and rarity,
    /// activation · ln(1 / density). A feature that never fired on the catalogue's text counts as fired once.
    /// </summary>
    /// <param name="activations">Active latents of the tokens.</param>
    /// <param name="tokens">The tokens that count, usually <see cref="TokenExclusion.Kept"/>.</param>
    /// <param name="limit">Largest number of features.</param>
    /// <returns>The features, each with the token on which it is largest; the largest product first.</returns>
    /// <exception cref="SteeringException">The activations are of another number of latents, or a damaged file.</exception>
    public IReadOnlyList<CatalogueActivation> StandOut(SparseActivations activations, IReadOnlyList<int> tokens, int limit)
    {
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (activations.LatentCount != Info.LatentCount)
        {
            throw new SteeringException(FormattableString.Invariant($"{Path} is a catalogue of {Info.LatentCount} features; the activations are of {activations.LatentCount}. Use the catalogue of the autoencoder that encoded them."));
        }

        var largest = new Dictionary<int, (int Token, float Activation)>();
        foreach (var token in tokens)
        {
            var indices = activations.Indices(token);
            var values = activations.Values(token);
            for (var i = 0; i < indices.Length; i++)
            {
                if (values[i] > 0 && (!largest.TryGetValue(indices[i], out var known) || values[i] > known.Activation))
                {
                    largest[indices[i]] = (token, values[i]);
                }
            }
        }

        return
        [
            .. largest
                .Select(pair => (Place: pair.Value, Feature: Feature(pair.Key)))
                .Select(found => new CatalogueActivation(found.Feature, found.Place.Token, found.Place.Activation, found.Place.Activation * Math.Log((double)Info.Tokens / Math.Max(found.Feature.Fired, 1))))
                .OrderByDescending(found => found.Score).ThenBy(found => found.Feature.Latent)
                .Take(limit),
        ];
    }
}
