using System.Globalization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Detoxification;

/// <summary>On which held-out texts, and at which of their tokens, a policy acts.</summary>
/// <param name="ToxicTexts">Toxic texts on which it acts: true positives.</param>
/// <param name="CleanTexts">Clean texts on which it acts: false positives.</param>
/// <param name="ToxicTokens">Tokens of toxic texts at which it acts.</param>
/// <param name="CleanTokens">Tokens of clean texts at which it acts.</param>
public sealed record DetoxRates(Rate ToxicTexts, Rate CleanTexts, Rate ToxicTokens, Rate CleanTokens)
{
    /// <summary>Largest share of clean texts, or tokens, at which a gate may open.</summary>
    public const double MostAlarms = 0.5;

    /// <summary>Counts.</summary>
    /// <param name="toxic">Scores of toxic texts.</param>
    /// <param name="clean">Scores of clean texts.</param>
    /// <param name="acts">At which tokens of a text the policy acts.</param>
    internal static DetoxRates Of(IReadOnlyList<DetoxScore> toxic, IReadOnlyList<DetoxScore> clean, Func<DetoxScore, IEnumerable<bool>> acts) => new(
        Rate.Of(toxic, score => acts(score).Any(act => act)),
        Rate.Of(clean, score => acts(score).Any(act => act)),
        Rate.Of(toxic.SelectMany(acts), act => act),
        Rate.Of(clean.SelectMany(acts), act => act));

    /// <summary>Refuses a threshold that is none.</summary>
    /// <exception cref="SteeringException">The gate opens on more than half of what is clean.</exception>
    internal static void RefuseAlarms(string policy, float threshold, Rate clean, string unit)
    {
        if (clean.Value > MostAlarms)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The threshold {threshold:G4} of '{policy}' would open the gate on {clean.Value:P1} of the clean {unit} held out ({clean}), which is no condition at all. Give a lower rate of false positives or a higher threshold, or use the policy 'constant', which acts always and says so."));
        }
    }
}
