namespace Steering.Analysis.Behaviours;

/// <summary>
/// Behaviour vectors of RISE (arXiv 2512.23988, §3.1) in the form of its reimplementation: latents whose hits for a label
/// exceed those for every other, the ones with most hits, the mean of their decoder rows, unit norm.
/// </summary>
public static class BehaviourVectors
{
    /// <summary>How many latents a vector is made of at most.</summary>
    public const int UsualLatents = 20;

    /// <summary>The latents that belong to a label alone: most hits first, ties by index.</summary>
    /// <param name="hits">What was counted.</param>
    /// <param name="label">Label, 0-based.</param>
    /// <param name="most">Largest number of latents.</param>
    public static int[] Exclusive(BehaviourHits hits, int label, int most = UsualLatents)
    {
        ArgumentNullException.ThrowIfNull(hits);
        return
        [
            .. Enumerable.Range(0, hits.LatentCount)
                .Where(latent => Enumerable.Range(0, hits.LabelCount).All(other => other == label || hits.Of(latent, label) > hits.Of(latent, other)))
                .OrderByDescending(latent => hits.Of(latent, label))
                .Take(most),
        ];
    }

    /// <summary>The vector of a label.</summary>
    /// <param name="hits">What was counted.</param>
    /// <param name="label">Label, 0-based.</param>
    /// <param name="decoderRow">[d] decoder row of a latent.</param>
    /// <param name="most">Largest number of latents.</param>
    /// <returns>[d] of unit norm; null where no latent belongs to the label alone, or their rows cancel.</returns>
    public static double[]? Of(BehaviourHits hits, int label, Func<int, IReadOnlyList<double>> decoderRow, int most = UsualLatents)
    {
        ArgumentNullException.ThrowIfNull(decoderRow);
        double[]? sum = null;
        foreach (var latent in Exclusive(hits, label, most))
        {
            var row = decoderRow(latent);
            sum ??= new double[row.Count];
            for (var index = 0; index < sum.Length; index++)
            {
                sum[index] += row[index];
            }
        }

        var norm = sum is null ? 0 : Math.Sqrt(sum.Sum(value => value * value));
        return norm == 0 ? null : Array.ConvertAll(sum!, value => value / norm);
    }
}
