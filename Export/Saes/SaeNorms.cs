using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>Norms of decoder rows, summed in double.</summary>
internal static class SaeNorms
{
    /// <summary>
    /// ‖W_dec‖/c of each row: what activations are multiplied by when rows become unit vectors. A row of zeros has 0
    /// where activations are rescaled (the latent never fires) and 1 otherwise (its activation stays).
    /// </summary>
    public static double[] Factors(SaeParameters parameters)
    {
        var factors = new double[parameters.LatentCount];
        for (var latent = 0; latent < factors.Length; latent++)
        {
            var row = parameters.Decoder.AsSpan(latent * parameters.HiddenSize, parameters.HiddenSize);
            var norm = Math.Sqrt(Dot(row, row)) / parameters.ActivationScale;
            factors[latent] = norm == 0 && !parameters.RescaleByDecoderNorm ? 1 : norm;
        }

        return factors;
    }

    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }
}
