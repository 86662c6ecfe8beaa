using SandboxModel.Labels;
using Steering;
using Steering.Saes;
using Steering.Sandbox;

namespace SandboxModel.Policies;

/// <summary>How much more of each feature there is on tokens with a label than on the others of the same kind.</summary>
internal sealed class FeatureContrast
{
    private readonly Dictionary<string, (double[] Sum, int Count)> _sums = new(StringComparer.Ordinal);
    private readonly SparseAutoencoder _sae;

    private FeatureContrast(SparseAutoencoder sae) => _sae = sae;

    /// <param name="folder">The model.</param>
    /// <param name="sae">Its features.</param>
    /// <param name="documents">What is read.</param>
    /// <param name="contrasts">Labels with the label of the tokens that they are compared among.</param>
    /// <param name="cancellation">Stops between documents.</param>
    public static FeatureContrast Read(string folder, SparseAutoencoder sae, IEnumerable<SandboxDocument> documents, IReadOnlyList<(string Label, string Among)> contrasts, CancellationToken cancellation)
    {
        using var reading = new FeatureReading(folder, sae);
        var contrast = new FeatureContrast(sae);
        foreach (var (activations, tokens) in reading.Read(documents, cancellation))
        {
            for (var token = 1; token < activations.Tokens; token++)
            {
                var labels = tokens.Labels[token];
                foreach (var (label, among) in contrasts)
                {
                    if (labels.Contains(among, StringComparer.Ordinal))
                    {
                        contrast.Add(labels.Contains(label, StringComparer.Ordinal) ? label : "not " + label, activations.Indices(token), activations.Values(token));
                    }
                }
            }
        }

        return contrast;
    }

    /// <summary>Features by (mean with the label − mean without)·‖decoder row‖, the largest first; only such that ever fired and have more with it.</summary>
    /// <param name="label">The label.</param>
    /// <param name="count">Largest number of features.</param>
    /// <exception cref="SteeringException">The documents hold no token with the label, or only such.</exception>
    public IReadOnlyList<int> Ranked(string label, int count)
    {
        if (!_sums.TryGetValue(label, out var with) || !_sums.TryGetValue("not " + label, out var without))
        {
            throw new SteeringException($"The documents that features are chosen on hold no token with the label \"{label}\", or none without it. Read more of them (--documents).");
        }

        return
        [
            .. Enumerable.Range(0, _sae.LatentCount)
                .Where(latent => _sae.MaxActivation(latent) is not null)
                .Select(latent => (Latent: latent, Score: ((with.Sum[latent] / with.Count) - (without.Sum[latent] / without.Count)) * Math.Sqrt(_sae.DecoderDirection(latent).Sum(value => (double)value * value))))
                .Where(found => found.Score > 0)
                .OrderByDescending(found => found.Score)
                .Take(count)
                .Select(found => found.Latent),
        ];
    }

    /// <summary>Features from the rankings of several labels, by turns, none twice.</summary>
    public int[] Merged(IReadOnlyList<string> labels, int count)
    {
        var rankings = labels.Select(label => Ranked(label, count)).ToArray();
        return [.. Enumerable.Range(0, count).SelectMany(place => rankings.Where(ranking => place < ranking.Count).Select(ranking => ranking[place])).Distinct().Take(count)];
    }

    private void Add(string name, ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        var (sum, count) = _sums.TryGetValue(name, out var known) ? known : (new double[_sae.LatentCount], 0);
        for (var active = 0; active < indices.Length; active++)
        {
            sum[indices[active]] += values[active];
        }

        _sums[name] = (sum, count + 1);
    }
}
