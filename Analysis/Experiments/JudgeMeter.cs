using Steering.Analysis.Judges;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>Lets one judge read the replies of all conditions, the unsteered one first, and counts.</summary>
internal sealed class JudgeMeter(Experiment experiment, ExperimentJudge judge, IReadOnlyList<ExperimentPrompt> prompts, int parallelism)
{
    private Judgement[]? _unsteered;

    /// <summary>Judges the replies of a condition, in the order of prompts and samples.</summary>
    public async Task<Judgement[]> JudgeAsync(IReadOnlyList<ExperimentReply> replies, CancellationToken cancellationToken)
    {
        var judgements = new Judgement[replies.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, replies.Count, options, async (index, cancellation) =>
        {
            var reply = replies[index];
            judgements[index] = await judge.Judge.JudgeAsync(new JudgedReply(prompts[reply.Prompt].User, reply.Text, reply.Ended), cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return judgements;
    }

    public bool IsHit(Judgement judgement) => judgement.Score >= judge.Judge.Threshold;

    /// <summary>Whether the rate is to change, so that a reply can be as it is wanted.</summary>
    public bool HasWish => judge.Aim != JudgeAim.Keep;

    /// <summary>Whether a reply was judged and is what the policies are to make more of.</summary>
    public bool IsAsWanted(Judgement judgement) => judgement.Score is not null && IsGood(judgement);

    public JudgeResult Result(Judgement[] judgements, bool isUnsteered)
    {
        _unsteered = isUnsteered ? judgements : _unsteered;
        var judged = judgements.Where(judgement => judgement.Score is not null).ToArray();
        var rate = Rate.Of(judged, IsHit);
        var maxima = PromptValues(judgements, scores => scores.Max(score => score.Score!.Value)).Values;
        var result = new JudgeResult
        {
            Judge = judge.Judge.Name,
            Rate = Estimate(rate, judgements),
            MeanScore = judged.Length == 0 ? null : judged.Average(judgement => judgement.Score!.Value),
            ExpectedMaximum = maxima.Count == 0 ? null : maxima.Average(),
            AtLeastOne = RateEstimate.Of(PromptValues(judgements, scores => scores.Any(IsHit) ? 1 : 0).Values, value => value > 0),
            Failures = judgements.Length - judged.Length,
            FirstFailure = judgements.Where(judgement => judgement.Score is null).Select(judgement => judgement.Failure).FirstOrDefault(),
        };
        return isUnsteered ? result : Compare(result, rate, judgements);
    }

    private JudgeResult Compare(JudgeResult result, Rate rate, Judgement[] judgements)
    {
        var before = Rate.Of(_unsteered!.Where(judgement => judgement.Score is not null), IsHit);
        var (mine, theirs) = (Shares(judgements), Shares(_unsteered!));
        int[] both = [.. mine.Keys.Where(theirs.ContainsKey)];
        return result with
        {
            Relative = before.Hits == 0 || rate.Total == 0 ? null : (rate.Value / before.Value) - 1,
            Difference = both.Length == 0 ? null : PairedBootstrap.MeanDifference([.. both.Select(prompt => mine[prompt])], [.. both.Select(prompt => theirs[prompt])], experiment.Seed),
            UnpairedDifference = experiment.Samples == 1 ? RateIntervals.Difference(rate, before) : null,
            SideEffects = SideEffects.Of(_unsteered!.Zip(judgements).Where(pair => pair.First.Score is not null && pair.Second.Score is not null).Select(pair => (IsGood(pair.First), IsGood(pair.Second)))),
        };
    }

    private bool IsGood(Judgement judgement) => IsHit(judgement) != (judge.Aim == JudgeAim.Lower);

    private SortedDictionary<int, double> Shares(Judgement[] judgements) => PromptValues(judgements, scores => scores.Average(score => IsHit(score) ? 1.0 : 0));

    /// <summary>A number for each prompt of which a reply was judged.</summary>
    private SortedDictionary<int, double> PromptValues(Judgement[] judgements, Func<Judgement[], double> value) => new(Enumerable.Range(0, prompts.Count)
        .Select(prompt => (Prompt: prompt, Judged: judgements.Skip(prompt * experiment.Samples).Take(experiment.Samples).Where(judgement => judgement.Score is not null).ToArray()))
        .Where(entry => entry.Judged.Length > 0)
        .ToDictionary(entry => entry.Prompt, entry => value(entry.Judged)));

    /// <summary>Replies to one prompt resemble each other, so with several samples the prompts are what is drawn again.</summary>
    private RateEstimate Estimate(Rate rate, Judgement[] judgements)
    {
        var estimate = RateEstimate.Of(rate);
        var shares = experiment.Samples == 1 ? [] : Shares(judgements).Values.ToArray();
        if (shares.Length == 0)
        {
            return estimate;
        }

        var interval = PairedBootstrap.MeanDifference(shares, new double[shares.Length], experiment.Seed);
        return estimate with { Low = interval.Low, High = interval.High };
    }
}
