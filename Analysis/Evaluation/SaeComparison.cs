using System.Runtime.InteropServices;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Two autoencoders side by side: which latents of one have a counterpart in the other, by the cosine of decoder
/// directions. MMCS, the mean of each latent's maximum cosine, depends on the direction of looking, so both are given.
/// </summary>
public sealed class SaeComparison
{
    /// <summary>A larger cosine than this is a match.</summary>
    public const double MatchCosine = 0.9;

    /// <summary>A latent whose largest cosine is below this has no counterpart.</summary>
    public const double UnmatchedCosine = 0.5;

    private readonly DecoderNeighbours _forth;
    private readonly DecoderNeighbours _back;

    private SaeComparison(DecoderNeighbours forth, DecoderNeighbours back)
    {
        _forth = forth;
        _back = back;
        (MeanForth, MatchedForth, UnmatchedForth) = Summarise(forth);
        (MeanBack, MatchedBack, UnmatchedBack) = Summarise(back);
        for (var latent = 0; latent < forth.Count; latent++)
        {
            Mutual += _back.Latents(_forth.Latents(latent)[0])[0] == latent ? 1 : 0;
        }
    }

    /// <summary>MMCS from the first to the second: mean over the first's latents.</summary>
    public double MeanForth { get; }

    /// <summary>MMCS from the second to the first.</summary>
    public double MeanBack { get; }

    /// <summary>Latents of the first with a match in the second.</summary>
    public int MatchedForth { get; }

    /// <summary>Latents of the second with a match in the first.</summary>
    public int MatchedBack { get; }

    /// <summary>Latents of the first without a counterpart in the second.</summary>
    public int UnmatchedForth { get; }

    /// <summary>Latents of the second without a counterpart in the first.</summary>
    public int UnmatchedBack { get; }

    /// <summary>Pairs in which each is the other's most similar.</summary>
    public int Mutual { get; }

    /// <summary>Compares two autoencoders.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    /// <param name="allowOtherModel">Compares autoencoders of different models or sites too.</param>
    /// <param name="progress">Receives the share done; may be null.</param>
    /// <param name="cancellationToken">Stops within a block of latents.</param>
    /// <exception cref="SteeringException">The widths, models or sites differ.</exception>
    public static SaeComparison Compare(SparseAutoencoder first, SparseAutoencoder second, bool allowOtherModel = false, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!allowOtherModel)
        {
            CheckModels(first, second);
        }

        return new SaeComparison(
            DecoderNeighbours.Compute(first, second, progress is null ? null : new Part(progress, 0), cancellationToken),
            DecoderNeighbours.Compute(second, first, progress is null ? null : new Part(progress, 0.5), cancellationToken));
    }

    /// <summary>The most similar latent of the second for each latent of the first, the most similar pairs first.</summary>
    public IEnumerable<LatentMatch> Forth() => Matches(_forth, _back);

    /// <summary>The most similar latent of the first for each latent of the second, the most similar pairs first.</summary>
    public IEnumerable<LatentMatch> Back() => Matches(_back, _forth);

    private static void CheckModels(SparseAutoencoder first, SparseAutoencoder second)
    {
        var names = first.ModelName is { } name && second.ModelName is { } other && !ModelIdentity.Agree(name, other);
        var hashes = first.ModelSha256 is { } hash && second.ModelSha256 is { } otherHash && !string.Equals(hash, otherHash, StringComparison.OrdinalIgnoreCase);
        if (names || hashes)
        {
            throw new SteeringException($"{first.Source} was made on '{first.ModelName}', {second.Source} on {(hashes && !names ? "other weights of that name" : $"'{second.ModelName}'")}; directions of different models have nothing in common. Allow it explicitly if the models are variants of one.");
        }

        if (first.Site is { } site && second.Site is { } otherSite && site != otherSite)
        {
            throw new SteeringException($"{first.Source} belongs to site '{site}', {second.Source} to '{otherSite}'; compare autoencoders of one site, or allow it explicitly.");
        }
    }

    private static (double Mean, int Matched, int Unmatched) Summarise(DecoderNeighbours neighbours)
    {
        var (sum, matched, unmatched) = (0.0, 0, 0);
        for (var latent = 0; latent < neighbours.Count; latent++)
        {
            var cosine = neighbours.MaximumCosine(latent);
            sum += cosine;
            matched += cosine > MatchCosine ? 1 : 0;
            unmatched += cosine < UnmatchedCosine ? 1 : 0;
        }

        return (sum / neighbours.Count, matched, unmatched);
    }

    private static IEnumerable<LatentMatch> Matches(DecoderNeighbours from, DecoderNeighbours to) => Enumerable.Range(0, from.Count)
        .Select(latent => new LatentMatch(latent, from.Latents(latent)[0], from.MaximumCosine(latent), to.Latents(from.Latents(latent)[0])[0] == latent))
        .OrderByDescending(match => match.Cosine)
        .ThenBy(match => match.Latent);

    private sealed class Part(IProgress<double> progress, double start) : IProgress<double>
    {
        public void Report(double value) => progress.Report(start + (value / 2));
    }
}

/// <summary>A latent and the most similar one of another autoencoder.</summary>
/// <param name="Latent">The latent.</param>
/// <param name="Counterpart">The most similar latent of the other.</param>
/// <param name="Cosine">Cosine of their decoder directions.</param>
/// <param name="Mutual">Whether the counterpart's most similar latent is this one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LatentMatch(int Latent, int Counterpart, float Cosine, bool Mutual);
