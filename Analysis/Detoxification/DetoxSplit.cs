using System.Globalization;
using Steering.Analysis.Statistics;
using Steering.Chat.Toxicity;

namespace Steering.Analysis.Detoxification;

/// <summary>
/// Who sees which texts: features and directions are fitted on some, thresholds and strengths are calibrated on other clean
/// ones, and the rates that are reported are measured on texts that decided nothing.
/// </summary>
internal sealed record DetoxSplit
{
    /// <summary>A quarter of the clean texts calibrates and a quarter measures.</summary>
    public const int CleanParts = 4;

    /// <summary>A third of the toxic texts measures.</summary>
    public const int ToxicParts = 3;

    private const int FewestFitted = 2;

    public required IReadOnlyList<ToxicityExample> ToxicFit { get; init; }

    public required IReadOnlyList<ToxicityExample> CleanFit { get; init; }

    public required IReadOnlyList<ToxicityExample> CleanCalibration { get; init; }

    public required IReadOnlyList<ToxicityExample> ToxicHeldOut { get; init; }

    public required IReadOnlyList<ToxicityExample> CleanHeldOut { get; init; }

    /// <summary>Draws the parts.</summary>
    /// <exception cref="SteeringException">A kind is too small to be divided, or the clean texts are too few for the rate.</exception>
    public static DetoxSplit Of(IReadOnlyList<ToxicityExample> toxic, IReadOnlyList<ToxicityExample> clean, double falsePositives, bool calibrates, int seed)
    {
        var (toxicOut, cleanOut) = (toxic.Count / ToxicParts, clean.Count / CleanParts);
        if (toxicOut == 0 || toxic.Count - toxicOut < FewestFitted || cleanOut == 0 || clean.Count - (2 * cleanOut) < FewestFitted)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"There are {toxic.Count} toxic and {clean.Count} clean texts; policies are fitted on some, calibrated on others and measured on the rest, so at least {ToxicParts} toxic and {CleanParts} clean ones are needed, and some hundreds to be worth something."));
        }

        // In decimal, as the threshold itself.
        var fewest = Math.Ceiling(1 / (decimal)falsePositives) - 1;
        if (calibrates && cleanOut < fewest)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{clean.Count} clean texts are too few for a false-positive rate of {falsePositives}: a quarter of them calibrates, and {cleanOut} texts say nothing about so rare an event. Give at least {CleanParts * fewest} clean texts, or a rate of at least {1.0 / (cleanOut + 1):G3}."));
        }

        var (t, c) = (Shuffled(toxic, seed, 1), Shuffled(clean, seed, 2));
        return new DetoxSplit
        {
            ToxicHeldOut = t[..toxicOut],
            ToxicFit = t[toxicOut..],
            CleanHeldOut = c[..cleanOut],
            CleanCalibration = c[cleanOut..(2 * cleanOut)],
            CleanFit = c[(2 * cleanOut)..],
        };
    }

    private static ToxicityExample[] Shuffled(IReadOnlyList<ToxicityExample> texts, int seed, long stream)
    {
        var order = Enumerable.Range(0, texts.Count).ToArray();
        new SeededRandom(seed, stream).Shuffle(order);
        return [.. order.Select(index => texts[index])];
    }
}
