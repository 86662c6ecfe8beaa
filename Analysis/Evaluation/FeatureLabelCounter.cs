using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Counts which features fire on tokens with which labels, at a few thresholds, to find the label that describes each
/// feature best. Choose labels on some documents and measure them on others: the best of many candidates looks better than
/// it is on the documents it was chosen on. Not thread-safe.
/// </summary>
/// <param name="autoencoder">The features, with statistics.</param>
public sealed class FeatureLabelCounter(SparseAutoencoder autoencoder)
{
    private static readonly float[] Shares = [0, 0.1f, 0.25f, 0.5f];

    private readonly float[] _largest = Largest(autoencoder);
    private readonly int[] _fired = new int[autoencoder.LatentCount * Shares.Length];
    private readonly Dictionary<string, (int[] Both, int[] Count)> _labels = new(StringComparer.Ordinal);

    /// <summary>Tokens counted.</summary>
    public int Tokens { get; private set; }

    /// <summary>Counts tokens.</summary>
    /// <param name="activations">Their active latents.</param>
    /// <param name="labels">Their labels, each at most once a token.</param>
    /// <param name="first">The first token that counts; 1 leaves out the first of a sequence.</param>
    /// <exception cref="SteeringException">The activations are of another autoencoder or another number of tokens.</exception>
    public void Add(SparseActivations activations, IReadOnlyList<IReadOnlyList<string>> labels, int first = 1)
    {
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentNullException.ThrowIfNull(labels);
        if (activations.LatentCount != autoencoder.LatentCount || activations.Tokens != labels.Count)
        {
            throw new SteeringException(FormattableString.Invariant($"{activations.Tokens} tokens of {activations.LatentCount} latents were given with the labels of {labels.Count} tokens, for an autoencoder of {autoencoder.LatentCount} latents; the numbers must agree."));
        }

        for (var token = first; token < activations.Tokens; token++)
        {
            var counts = labels[token].Select(Find).ToArray();
            foreach (var (_, count) in counts)
            {
                count[0]++;
            }

            var indices = activations.Indices(token);
            var values = activations.Values(token);
            for (var active = 0; active < indices.Length; active++)
            {
                var row = indices[active] * Shares.Length;
                for (var level = 0; level < Shares.Length && values[active] > Shares[level] * _largest[indices[active]]; level++)
                {
                    _fired[row + level]++;
                    foreach (var (both, _) in counts)
                    {
                        both[row + level]++;
                    }
                }
            }

            Tokens++;
        }
    }

    /// <summary>The label with the largest F1, over all thresholds.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="least">Smallest number of tokens on which a feature must fire, and of tokens with a label.</param>
    /// <returns>The label; null where the feature fires too rarely or never together with a label.</returns>
    public FeatureLabel? Best(int latent, int least)
    {
        FeatureLabel? best = null;
        foreach (var label in _labels.Keys)
        {
            for (var level = 0; level < Shares.Length; level++)
            {
                var candidate = Measure(latent, label, Shares[level]);
                if (candidate.Both > 0 && candidate.Fired >= least && candidate.Labelled >= least && (best is null || candidate.F1 > best.F1))
                {
                    best = candidate;
                }
            }
        }

        return best;
    }

    /// <summary>How a feature and a label go together on the counted tokens.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="label">The label; one that never occurred has no token.</param>
    /// <param name="threshold">A threshold that <see cref="Best"/> gives.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such latent, or a threshold that is not counted.</exception>
    public FeatureLabel Measure(int latent, string label, float threshold)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(latent, autoencoder.LatentCount);
        var level = Array.IndexOf(Shares, threshold);
        ArgumentOutOfRangeException.ThrowIfNegative(level, nameof(threshold));
        var place = (latent * Shares.Length) + level;
        return _labels.TryGetValue(label, out var counts)
            ? new FeatureLabel(latent, label, threshold, _fired[place], counts.Count[0], counts.Both[place])
            : new FeatureLabel(latent, label, threshold, _fired[place], 0, 0);
    }

    private (int[] Both, int[] Count) Find(string label)
    {
        if (!_labels.TryGetValue(label, out var counts))
        {
            counts = (new int[_fired.Length], new int[1]);
            _labels.Add(label, counts);
        }

        return counts;
    }

    private static float[] Largest(SparseAutoencoder autoencoder)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        return autoencoder.Statistics?.MaxActivation.ToArray()
            ?? throw new SteeringException($"{autoencoder.Source} has no statistics, so that thresholds in shares of the largest activation have no meaning. Make them with 'steer sae stats' or 'steer sae eval --catalogue'.");
    }
}

/// <summary>How well a feature and a label go together.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="Label">The label, in words.</param>
/// <param name="Threshold">The feature fires where its activation exceeds this share of its largest.</param>
/// <param name="Fired">Tokens on which it fires.</param>
/// <param name="Labelled">Tokens that have the label.</param>
/// <param name="Both">Tokens with both.</param>
public sealed record FeatureLabel(int Latent, string Label, float Threshold, int Fired, int Labelled, int Both)
{
    /// <summary>Share of the firing tokens that have the label; 0 where it never fires.</summary>
    public double Precision => Fired == 0 ? 0 : (double)Both / Fired;

    /// <summary>Share of the labelled tokens on which it fires; 0 where there are none.</summary>
    public double Recall => Labelled == 0 ? 0 : (double)Both / Labelled;

    /// <summary>Harmonic mean of the two.</summary>
    public double F1 => Fired + Labelled == 0 ? 0 : 2.0 * Both / (Fired + Labelled);
}
