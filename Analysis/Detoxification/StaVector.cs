using System.Numerics.Tensors;
using Steering.Analysis.Selection;
using Steering.Concepts;
using Steering.Saes;

namespace Steering.Analysis.Detoxification;

/// <summary>
/// Steering target atoms (STA, Wang et al., arXiv 2505.20322): the decoder rows of the latents that differ between two
/// kinds of texts both in amplitude and in frequency, weighted by how much, as one vector as long as the dense difference.
/// </summary>
internal static class StaVector
{
    /// <summary>The vector v = Σ Δa_j·d_j over the kept latents, scaled to a length.</summary>
    /// <param name="statistics">Statistics of each text's mean activations; concept 0 is the one steered towards.</param>
    /// <param name="sae">The SAE that they were measured with.</param>
    /// <param name="length">The vector's length, that of the dense difference.</param>
    /// <param name="trim">Share of the latents that counts as largest.</param>
    /// <returns>[d] the vector, and how many latents it is made of.</returns>
    /// <exception cref="SteeringException">No latent is kept, or their decoder rows cancel out.</exception>
    public static (float[] Vector, int Latents) Of(ConceptStatistics statistics, SparseAutoencoder sae, double length, double trim = 0.35)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(sae);
        var amplitude = FeatureScores.MeanDifference(statistics, DetoxStatistics.Toxic);
        var kept = FeatureScores.StaKept(amplitude, FeatureScores.FrequencyDifference(statistics, DetoxStatistics.Toxic), trim);
        var (sum, latents) = (new double[sae.HiddenSize], 0);
        for (var latent = 0; latent < kept.Length; latent++)
        {
            if (!kept[latent] || amplitude[latent] == 0)
            {
                continue;
            }

            latents++;
            var row = sae.DecoderDirection(latent);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += amplitude[latent] * row[i];
            }
        }

        var norm = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(sum));
        return norm > 0
            ? ([.. sum.Select(value => (float)(value * length / norm))], latents)
            : throw new SteeringException("No feature differs between the toxic and the clean texts in amplitude and in frequency at once, so there is no STA vector. Give more texts, or an autoencoder of a site that tells them apart.");
    }
}
