using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Steering.Saes;

/// <summary>What a token's normalisation divides by on the way in, and multiplies by and adds on the way out.</summary>
/// <param name="Inverse">1/s of the encoder; 0 where s is 0, so that a token of zeros encodes as its normalised self.</param>
/// <param name="Output">Factor of the decoder's output.</param>
/// <param name="Mean">Added to the decoder's output.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenScale(float Inverse, float Output, float Mean)
{
    /// <summary>Added to the deviation before dividing, as SAELens does.</summary>
    public const double DeviationFloor = 1e-5;

    public static TokenScale Of(ReadOnlySpan<float> x, InputNormalisation normalisation)
    {
        if (normalisation == InputNormalisation.None)
        {
            return new TokenScale(1, 1, 0);
        }

        if (normalisation == InputNormalisation.ConstantNorm)
        {
            var norm = TensorPrimitives.Norm(x) / Math.Sqrt(x.Length);
            return new TokenScale(norm == 0 ? 0 : (float)(1 / norm), (float)norm, 0);
        }

        var sum = 0.0;
        foreach (var value in x)
        {
            sum += value;
        }

        var mean = sum / x.Length;
        var squares = 0.0;
        foreach (var value in x)
        {
            squares += (value - mean) * (value - mean);
        }

        var deviation = Math.Sqrt(squares / (x.Length - 1));
        return new TokenScale((float)(1 / (deviation + DeviationFloor)), (float)deviation, (float)mean);
    }
}
