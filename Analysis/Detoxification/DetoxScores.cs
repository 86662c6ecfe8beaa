using Steering.Chat.Toxicity;

namespace Steering.Analysis.Detoxification;

/// <summary>What gates read of the texts that thresholds are calibrated on, and of those that measure them.</summary>
/// <param name="Calibration">Clean texts.</param>
/// <param name="Toxic">Toxic texts held out.</param>
/// <param name="Clean">Clean texts held out.</param>
internal sealed record DetoxScores(IReadOnlyList<DetoxScore> Calibration, IReadOnlyList<DetoxScore> Toxic, IReadOnlyList<DetoxScore> Clean)
{
    // The same text in a batch of another shape has other last bits, and many texts begin alike.
    private const float Margin = 1e-4f;

    /// <summary>The threshold that a further clean prompt exceeds with probability at most the rate.</summary>
    public float Latched(double rate) => Above(CleanThreshold.At([.. Calibration.Select(score => score.Prompt)], rate));

    /// <summary>The threshold that the rate of the clean texts' tokens exceeds.</summary>
    public float Token(double rate) => Above(CleanThreshold.At([.. Calibration.SelectMany(score => score.Tokens)], rate));

    /// <summary>Rates on the texts held out.</summary>
    public DetoxRates Rates(Func<DetoxScore, IEnumerable<bool>> acts) => DetoxRates.Of(Toxic, Clean, acts);

    private static float Above(float level) => level + (Margin * Math.Abs(level));
}

/// <summary>What gates read of one text.</summary>
/// <param name="Prompt">The highest value over what stands before the text; over the text where nothing does.</param>
/// <param name="Tokens">The value at each token of the text.</param>
/// <param name="Active">Whether any chosen feature is active there.</param>
internal sealed record DetoxScore(float Prompt, float[] Tokens, bool[] Active);
