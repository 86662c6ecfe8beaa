namespace Steering.Analysis.Statistics;

/// <summary>
/// Quantiles of the standard normal distribution: algorithm AS 241, PPND16 (Wichura 1988), relative error about 1e-16. Its
/// third branch, for tails below 1.4e-11, is not needed at the levels of confidence that are taken.
/// </summary>
internal static class NormalQuantile
{
    private const double LeastConfidence = 0.5;
    private const double LargestConfidence = 0.9999;

    /// <summary>z with P(−z &lt; Z &lt; z) = confidence.</summary>
    /// <param name="confidence">0.5 to 0.9999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside its range.</exception>
    public static double TwoSided(double confidence)
    {
        if (!(confidence is >= LeastConfidence and <= LargestConfidence))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A level of confidence lies from 0.5 to 0.9999, as in 0.95.");
        }

        var q = confidence / 2;
        if (q <= 0.425)
        {
            var r = 0.180625 - (q * q);
            return q * Polynomial(r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)
                / Polynomial(r, 1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3);
        }

        var tail = Math.Sqrt(-Math.Log(0.5 - q)) - 1.6;
        return Polynomial(tail, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)
            / Polynomial(tail, 1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);
    }

    private static double Polynomial(double x, params ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            sum = (sum * x) + coefficients[i];
        }

        return sum;
    }
}
