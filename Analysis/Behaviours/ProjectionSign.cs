namespace Steering.Analysis.Behaviours;

/// <summary>
/// The sign of w·h at the delimiters. A projection gain multiplies what is there: where w·h is mostly negative, a gain above 1
/// pushes along −w. The sweep of RISE (arXiv 2512.23988) rises where its formula says that it falls, so the sign is measured.
/// </summary>
/// <param name="Mean">Mean of w·h over the training steps.</param>
/// <param name="PositiveShare">Share of them with w·h above 0.</param>
/// <param name="MeanWith">Mean over the steps with the behaviour.</param>
/// <param name="MeanWithout">Mean over the others.</param>
public sealed record ProjectionSign(double Mean, double PositiveShare, double MeanWith, double MeanWithout)
{
    /// <summary>What separates steps with the behaviour from others along w; negative where w points away from it.</summary>
    public double Gap => MeanWith - MeanWithout;

    /// <summary>Whether a projection gain above 1 moves a step towards those with the behaviour.</summary>
    public bool GainRaises => Mean * Gap > 0;

    /// <summary>Measures.</summary>
    /// <param name="products">w·h of each step.</param>
    /// <param name="present">Which have the behaviour; some do, some do not.</param>
    public static ProjectionSign Of(IReadOnlyList<double> products, IReadOnlyList<bool> present)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(present);
        var pairs = products.Zip(present).ToArray();
        return new ProjectionSign(
            products.Average(),
            products.Count(product => product > 0) / (double)products.Count,
            pairs.Where(pair => pair.Second).Average(pair => pair.First),
            pairs.Where(pair => !pair.Second).Select(pair => pair.First).DefaultIfEmpty(0).Average());
    }
}
