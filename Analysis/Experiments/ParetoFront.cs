namespace Steering.Analysis.Experiments;

/// <summary>Which conditions no other one beats in both effect and fluency.</summary>
internal static class ParetoFront
{
    public static IReadOnlyList<ConditionResult> Mark(IReadOnlyList<ConditionResult> results, IReadOnlyList<ExperimentJudge> judges) =>
        [.. results.Select(result => result with { Judges = [.. result.Judges.Select((judge, index) => judge with { OnFront = IsOnFront(result, results, index, judges[index].Aim) })] })];

    private static bool? IsOnFront(ConditionResult result, IReadOnlyList<ConditionResult> all, int judge, JudgeAim aim)
    {
        if (Point(result) is not { } mine)
        {
            return null;
        }

        return !all.Select(Point).OfType<(double Cost, double Perplexity)>().Any(other =>
            other.Cost <= mine.Cost && other.Perplexity <= mine.Perplexity && (other.Cost < mine.Cost || other.Perplexity < mine.Perplexity));

        (double Cost, double Perplexity)? Point(ConditionResult condition) =>
            condition.Judges[judge].Rate.Share is { } share && condition.Perplexity.Value is { } perplexity ? (aim == JudgeAim.Lower ? share : -share, perplexity) : null;
    }
}
