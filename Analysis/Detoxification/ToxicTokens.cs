namespace Steering.Analysis.Detoxification;

/// <summary>
/// The tokens that tell toxic texts from clean ones: those whose log-odds ratio between the two is at least ln 3 and at least
/// 1.96 standard errors above 0 (Monroe et al. 2008, "Fightin' Words", with a flat prior of ½). The rest of a toxic text is
/// like the clean ones, and to make it less likely would teach the style of the texts.
/// </summary>
internal sealed class ToxicTokens
{
    private const double Prior = 0.5;
    private const double SmallestRatio = 3;
    private const double SmallestScore = 1.96;

    private readonly HashSet<int> _tokens;

    /// <exception cref="SteeringException">No token tells them apart.</exception>
    public ToxicTokens(IReadOnlyList<DetoxSequence> toxic, IReadOnlyList<DetoxSequence> clean)
    {
        var (there, here) = (Counts(toxic), Counts(clean));
        var (allThere, allHere) = (there.Values.Sum(), here.Values.Sum());
        _tokens = [.. there.Keys.Where(IsToxic)];
        if (_tokens.Count == 0)
        {
            throw new SteeringException(FormattableString.Invariant($"No token is {SmallestRatio:0} times as frequent in {toxic.Count} toxic texts as in {clean.Count} clean ones, beyond chance, so there is nothing to avoid. Give more texts, or learn from the clean ones alone."));
        }

        bool IsToxic(int token)
        {
            var (a, b) = (there[token] + Prior, here.GetValueOrDefault(token) + Prior);
            var ratio = Math.Log(a / (allThere + Prior - a)) - Math.Log(b / (allHere + Prior - b));
            return ratio >= Math.Log(SmallestRatio) && ratio >= SmallestScore * Math.Sqrt((1 / a) + (1 / b));
        }
    }

    /// <summary>Their number.</summary>
    public int Count => _tokens.Count;

    /// <summary>Whether a token is one of them.</summary>
    public bool Contains(int token) => _tokens.Contains(token);

    private static Dictionary<int, int> Counts(IReadOnlyList<DetoxSequence> sequences)
    {
        var counts = new Dictionary<int, int>();
        foreach (var sequence in sequences)
        {
            foreach (var token in sequence.Ids.AsSpan(sequence.TextFrom))
            {
                counts[token] = counts.GetValueOrDefault(token) + 1;
            }
        }

        return counts;
    }
}
