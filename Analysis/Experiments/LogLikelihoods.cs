using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>Summed −ln p of the tokens of each prompt's replies, or of each document.</summary>
/// <param name="Nats">[units].</param>
/// <param name="Tokens">[units].</param>
internal sealed record LogLikelihoods(double[] Nats, long[] Tokens)
{
    private const int Resamples = 2000;

    public PerplexityResult Result(LogLikelihoods? unsteered, long seed)
    {
        var tokens = Tokens.Sum();
        if (tokens == 0)
        {
            return new PerplexityResult(null, 0, Unavailable: "there is no token to score.");
        }

        var value = Finite(Math.Exp(Nats.Sum() / tokens));
        return value is null
            ? new PerplexityResult(null, tokens, Unavailable: "the model gives a token the probability 0.")
            : unsteered is null ? new PerplexityResult(value, tokens)
            : new PerplexityResult(value, tokens, Finite(Math.Exp((Nats.Sum() / tokens) - (unsteered.Nats.Sum() / unsteered.Tokens.Sum())) - 1), Bootstrap(unsteered, seed));
    }

    /// <summary>The percentile bootstrap of the ratio of perplexities: both conditions of a unit are drawn together.</summary>
    private Interval? Bootstrap(LogLikelihoods unsteered, long seed)
    {
        var random = new SeededRandom(seed, stream: 2);
        var ratios = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            var (nats, tokens, baseNats, baseTokens) = (0.0, 0L, 0.0, 0L);
            for (var draw = 0; draw < Nats.Length; draw++)
            {
                var unit = random.Below(Nats.Length);
                (nats, tokens) = (nats + Nats[unit], tokens + Tokens[unit]);
                (baseNats, baseTokens) = (baseNats + unsteered.Nats[unit], baseTokens + unsteered.Tokens[unit]);
            }

            ratios[resample] = tokens == 0 || baseTokens == 0 ? 0 : Math.Exp((nats / tokens) - (baseNats / baseTokens)) - 1;
        }

        Array.Sort(ratios);
        var interval = new Interval(ratios[(int)(0.025 * Resamples)], ratios[(int)(0.975 * Resamples) - 1]);
        return double.IsFinite(interval.Low) && double.IsFinite(interval.High) ? interval : null;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
