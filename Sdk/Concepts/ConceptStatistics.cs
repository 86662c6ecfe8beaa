using System.Globalization;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Concepts;

/// <summary>
/// How every latent of an SAE behaves under each of C concepts: how often it fires (the atom at zero), and how its active
/// values are spread. Written by <c>steer concept fit</c>, read by <see cref="ConceptFile"/>. Immutable and thread-safe.
/// </summary>
public sealed class ConceptStatistics
{
    /// <summary>The histogram reaches from 0 to this times the largest activation of the latent.</summary>
    public const double RangeFactor = 1.05;

    private readonly float[] _largest;
    private readonly long[] _active;
    private readonly double[] _mean;
    private readonly double[] _deviation;
    private readonly double[] _auroc;
    private readonly long _observations;

    /// <summary>Takes measured numbers; the arrays are not copied.</summary>
    /// <param name="origin">What was measured.</param>
    /// <param name="concepts">The C concepts, at least two.</param>
    /// <param name="largest">[D] largest activation of each latent, at least 0.</param>
    /// <param name="active">[D, C] observations on which it is active.</param>
    /// <param name="activeMean">[D, C] mean of the active values; 0 without any.</param>
    /// <param name="activeDeviation">[D, C] their population standard deviation; 0 without any.</param>
    /// <param name="auroc">[D, C] ROC-AUC of the activation as a score for the concept against all others; 0.5 where it says nothing.</param>
    /// <param name="histogram">Histograms of the active values.</param>
    /// <exception cref="SteeringException">The sizes do not agree, or a number cannot be.</exception>
    public ConceptStatistics(ConceptOrigin origin, IReadOnlyList<Concept> concepts, float[] largest, long[] active, double[] activeMean, double[] activeDeviation, double[] auroc, ConceptHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(concepts);
        (Origin, Concepts, Histogram) = (origin, concepts, histogram);
        (_largest, _active, _mean, _deviation, _auroc) = (largest, active, activeMean, activeDeviation, auroc);
        ConceptStatisticsCheck.Check(this, largest, active, activeMean, activeDeviation, auroc);
        _observations = concepts.Sum(concept => concept.Observations);
    }

    /// <summary>What was measured.</summary>
    public ConceptOrigin Origin { get; }

    /// <summary>The concepts, in the order of their indices.</summary>
    public IReadOnlyList<Concept> Concepts { get; }

    /// <summary>Histograms of the active values; bin b of latent j holds b ≤ a/range·256 &lt; b + 1.</summary>
    public ConceptHistogram Histogram { get; }

    /// <summary>Number of latents D.</summary>
    public int LatentCount => _largest.Length;

    /// <summary>Number of concepts C.</summary>
    public int ConceptCount => Concepts.Count;

    /// <summary>The tensors as they are stored.</summary>
    internal (float[] Largest, long[] Active, double[] Mean, double[] Deviation, double[] Auroc) Stored => (_largest, _active, _mean, _deviation, _auroc);

    /// <summary>Largest activation of a latent.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    public float Largest(int latent) => _largest[latent];

    /// <summary>End of a latent's histogram: 1.05 × its largest activation.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    public double Range(int latent) => RangeFactor * _largest[latent];

    /// <summary>Observations of a concept on which a latent is active.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="concept">Concept, 0-based.</param>
    public long Active(int latent, int concept) => _active[Pair(latent, concept)];

    /// <summary>Share of a concept's observations on which a latent is active.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double FiringRate(int latent, int concept) => (double)Active(latent, concept) / Concepts[concept].Observations;

    /// <summary>Mean activation over all observations of a concept, zeros included.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double Mean(int latent, int concept) => FiringRate(latent, concept) * _mean[Pair(latent, concept)];

    /// <summary>Population standard deviation over all observations of a concept, zeros included.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double Deviation(int latent, int concept)
    {
        var (pair, rate) = (Pair(latent, concept), FiringRate(latent, concept));
        return Math.Sqrt(rate * ((_deviation[pair] * _deviation[pair]) + (_mean[pair] * _mean[pair] * (1 - rate))));
    }

    /// <summary>Mean of the Gaussian fit of the active values; 0 without any.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double ActiveMean(int latent, int concept) => _mean[Pair(latent, concept)];

    /// <summary>Standard deviation of that fit, at least max(1e-3 × range, 1e-6); 1 without any active value.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double ActiveDeviation(int latent, int concept) =>
        Active(latent, concept) == 0 ? 1 : Math.Max(_deviation[Pair(latent, concept)], Math.Max(1e-3 * Range(latent), 1e-6));

    /// <summary>ROC-AUC of the activation as a score for the concept against all others; ties count half.</summary>
    /// <inheritdoc cref="Active" path="/param"/>
    public double Auroc(int latent, int concept) => _auroc[Pair(latent, concept)];

    /// <summary>Share of a concept's observations in each bin of a latent; sums to the firing rate.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="concept">Concept, 0-based.</param>
    /// <param name="shares">Receives <see cref="ConceptHistogram.BinCount"/> shares.</param>
    public void Shares(int latent, int concept, Span<double> shares)
    {
        shares.Clear();
        var pair = Pair(latent, concept);
        var bins = Histogram.BinsOf(pair);
        var counts = Histogram.CountsOf(pair);
        for (var entry = 0; entry < bins.Length; entry++)
        {
            shares[bins[entry]] = (double)counts[entry] / Concepts[concept].Observations;
        }
    }

    /// <summary>Probability of a concept before the activation is seen.</summary>
    /// <param name="prior">How it is set.</param>
    /// <param name="concept">Concept, 0-based.</param>
    public double Prior(ConceptPrior prior, int concept) =>
        prior == ConceptPrior.Uniform ? 1.0 / ConceptCount : (double)Concepts[concept].Observations / _observations;

    /// <summary>Index of a concept by name.</summary>
    /// <param name="name">Its label.</param>
    /// <exception cref="SteeringException">There is none of that name; the message names those there are.</exception>
    public int IndexOf(string name)
    {
        for (var index = 0; index < ConceptCount; index++)
        {
            if (string.Equals(Concepts[index].Name, name, StringComparison.Ordinal))
            {
                return index;
            }
        }

        string[] names = [.. Concepts.Select(concept => concept.Name)];
        throw new SteeringException($"There is no concept '{name}' here: did you mean {Suggestions.For(name, names, count: 1)}? The concepts are {string.Join(", ", names)}.");
    }

    /// <summary>Refuses statistics of another SAE.</summary>
    /// <param name="sae">The SAE they are used with.</param>
    /// <param name="source">Where the statistics come from, for the message.</param>
    /// <exception cref="SteeringException">They were measured with another SAE.</exception>
    public void RequireSae(SparseAutoencoder sae, string source)
    {
        ArgumentNullException.ThrowIfNull(sae);
        if (!string.Equals(sae.Fingerprint, Origin.SaeSha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{source} was measured with an SAE of SHA-256 {Origin.SaeSha256[..12]}… ({LatentCount} latents), but {sae.Source} has {sae.Fingerprint[..12]}… ({sae.LatentCount} latents). Use the SAE that it was made with, or fit the concepts again."));
        }
    }

    /// <summary>Refuses statistics of another model.</summary>
    /// <param name="manifest">The model they are used on.</param>
    /// <param name="source">Where the statistics come from, for the message.</param>
    /// <exception cref="SteeringException">They were measured on another model.</exception>
    public void RequireModel(SocketManifest manifest, string source) => ModelIdentity.Check(source, Origin.ModelName, Origin.ModelSha256, manifest);

    private int Pair(int latent, int concept)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)latent, (uint)LatentCount, nameof(latent));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)concept, (uint)ConceptCount, nameof(concept));
        return (latent * ConceptCount) + concept;
    }
}

/// <summary>One concept of a <see cref="ConceptStatistics"/>.</summary>
/// <param name="Name">Its label, as the labelled texts give it.</param>
/// <param name="Observations">How many pooled activations (texts, tokens or steps) carry the label.</param>
public sealed record Concept(string Name, long Observations);

/// <summary>How probable a concept is before the activation is seen.</summary>
public enum ConceptPrior
{
    /// <summary>Every concept alike: 1/C.</summary>
    Uniform,

    /// <summary>In proportion to the observations of each concept.</summary>
    Counted,
}

/// <summary>What one observation of the statistics is: how the tokens of a labelled text become one activation a latent.</summary>
public enum ConceptPooling
{
    /// <summary>The largest activation over the labelled tokens.</summary>
    Maximum,

    /// <summary>The mean activation over the labelled tokens.</summary>
    Mean,

    /// <summary>The last labelled token.</summary>
    Last,

    /// <summary>Every labelled token is an observation of its own.</summary>
    Token,

    /// <summary>The last token of each reasoning step, a step ending where the decoded text has a blank line (RISE, arXiv 2512.23988, §3).</summary>
    Step,
}
