namespace Steering.Concepts;

/// <summary>
/// Sparse histograms of the active values of D latents under C concepts: of each pair the bins that hold anything,
/// ascending, and how many observations fall in them.
/// </summary>
/// <param name="Offsets">[D·C + 1] where the entries of each pair begin; pair (latent, concept) is latent·C + concept.</param>
/// <param name="Bins">[N] bin of each entry.</param>
/// <param name="Counts">[N] observations in it, at least 1.</param>
public sealed record ConceptHistogram(ReadOnlyMemory<long> Offsets, ReadOnlyMemory<byte> Bins, ReadOnlyMemory<int> Counts)
{
    /// <summary>Number of bins of every histogram.</summary>
    public const int BinCount = 256;

    /// <summary>The occupied bins of a pair.</summary>
    /// <param name="pair">latent·C + concept.</param>
    public ReadOnlySpan<byte> BinsOf(int pair) => Bins.Span[(int)Offsets.Span[pair]..(int)Offsets.Span[pair + 1]];

    /// <summary>The observations in the bins of <see cref="BinsOf"/>.</summary>
    /// <param name="pair">latent·C + concept.</param>
    public ReadOnlySpan<int> CountsOf(int pair) => Counts.Span[(int)Offsets.Span[pair]..(int)Offsets.Span[pair + 1]];
}
