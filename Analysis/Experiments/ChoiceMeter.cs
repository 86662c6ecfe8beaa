using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>
/// Multiple choice by log-likelihood: a question is answered by the choice that the model finds likeliest. With target and
/// complement classes it is the protocol by which methods that remove a concept are compared (NeuronLens; APP).
/// </summary>
internal sealed class ChoiceMeter(Experiment experiment, IExperimentModel model)
{
    private readonly ChoiceSettings _settings = experiment.Choices!;
    private readonly ChoiceScorer _scorer = new(model, experiment.Choices!.Chat, experiment.Choices.PerToken);
    private ChoiceAnswer[]? _unsteered;

    public IReadOnlyList<ChoiceQuestion> Questions { get; } = Read(experiment.Choices!);

    /// <summary>Asks the questions under a condition.</summary>
    public ChoiceScores Score(ExperimentCondition condition, Action<int> done, CancellationToken cancellationToken)
    {
        var answers = new ChoiceAnswer[Questions.Count];
        try
        {
            var count = 0;
            Passes.Run(Questions.Count, model.Parallelism, index =>
            {
                answers[index] = _scorer.Answer(Questions[index], condition.Compiled, condition.IsPrompted ? experiment.SystemMessage : null);
                done(Interlocked.Increment(ref count));
            }, cancellationToken);
        }
        catch (SteeringException failure)
        {
            return new ChoiceScores(null, failure.Message);
        }

        return new ChoiceScores(answers);
    }

    /// <summary>Counts the answers; those of the unsteered condition must be counted first.</summary>
    public ChoiceResult Result(ChoiceScores scores, ExperimentCondition condition)
    {
        if (scores.Answers is not { } answers)
        {
            return new ChoiceResult([], null, scores.Unavailable);
        }

        var isBase = condition.Kind == ConditionKind.Unsteered;
        _unsteered = isBase ? answers : _unsteered;
        var groups = new List<ChoiceGroup> { Group("all", _ => true) };
        if (_settings.Target.Count > 0)
        {
            groups.Add(Group("target", IsTarget));
            groups.Add(Group("complement", question => !IsTarget(question)));
        }

        return new ChoiceResult(groups, isBase ? null : SideEffects.Of(_unsteered!.Zip(answers, (before, after) => (before.Right, after.Right))));

        ChoiceGroup Group(string name, Func<ChoiceQuestion, bool> belongs)
        {
            int[] members = [.. Enumerable.Range(0, answers.Length).Where(index => belongs(Questions[index]))];
            return new ChoiceGroup(
                name,
                RateEstimate.Of(members, index => answers[index].Right),
                members.Average(index => answers[index].Confidence),
                isBase ? null : PairedBootstrap.MeanDifference(Hits(answers), Hits(_unsteered!), experiment.Seed));

            double[] Hits(ChoiceAnswer[] given) => [.. members.Select(index => given[index].Right ? 1.0 : 0)];
        }
    }

    private static IReadOnlyList<ChoiceQuestion> Read(ChoiceSettings settings)
    {
        var questions = ChoiceQuestion.Read(settings.File);
        string[] classes = [.. questions.Select(question => question.Class).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (settings.Target.FirstOrDefault(name => !classes.Contains(name, StringComparer.Ordinal)) is { } absent)
        {
            throw new SteeringException($"choices.target names the class '{absent}', and {settings.File} has {string.Join(", ", classes.DefaultIfEmpty("none"))}.");
        }

        return settings.Target.Count == 0 || questions.Any(question => question.Class is null || !settings.Target.Contains(question.Class, StringComparer.Ordinal))
            ? questions
            : throw new SteeringException($"choices.target names every class of {settings.File}, so there is no complement to compare with; name fewer.");
    }

    private bool IsTarget(ChoiceQuestion question) => question.Class is not null && _settings.Target.Contains(question.Class, StringComparer.Ordinal);
}

/// <summary>How a multiple-choice question was answered.</summary>
/// <param name="Right">Whether the right choice has the largest log-likelihood.</param>
/// <param name="Confidence">Share of the right choice in the softmax of the log-likelihoods.</param>
internal readonly record struct ChoiceAnswer(bool Right, double Confidence);

/// <summary>Multiple choice over some of the questions.</summary>
/// <param name="Name"><c>all</c>, <c>target</c> or <c>complement</c>.</param>
/// <param name="Accuracy">Share of questions whose right choice has the largest log-likelihood.</param>
/// <param name="Confidence">Mean share of the right choice in the softmax of the log-likelihoods.</param>
/// <param name="Difference">95 % interval of accuracy − unsteered accuracy, paired; null for the unsteered condition.</param>
public sealed record ChoiceGroup(string Name, RateEstimate Accuracy, double Confidence, Interval? Difference);
