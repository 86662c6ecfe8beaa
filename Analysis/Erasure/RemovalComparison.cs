using Steering.Analysis.Evaluation;
using Steering.Analysis.Experiments;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Compilation;
using Steering.Concepts;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Analysis.Erasure;

/// <summary>
/// Compares ways to remove a class from what a model knows, after the protocol of NeuronLens and APP: of multiple-choice questions
/// those count that the unsteered model answers rightly; on a part of them features, directions and doses are fitted, so that every
/// method takes the same share of the target away; on the others it is measured what is left of the target and of the complement, beside
/// the perplexity of neutral text.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="sae">Id under which it knows the SAE.</param>
/// <param name="questions">The questions, each with a class.</param>
/// <param name="options">How to compare.</param>
public sealed class RemovalComparison(IExperimentModel model, string sae, IReadOnlyList<ChoiceQuestion> questions, RemovalOptions options)
{
    private static readonly RemovalMethod[] OnFeatures = [RemovalMethod.FullMask, RemovalMethod.RangeMask, RemovalMethod.Dampen, RemovalMethod.Attenuate];

    private readonly ChoiceScorer _scorer = new(model, perToken: options.PerToken);
    private readonly TextMeter? _text = options.Text is null ? null : new TextMeter(options.Text, model, options.Seed);
    private ChoiceAnswer[] _unsteered = [];
    private PerplexityResult? _unsteeredText;
    private RemovalSplit? _split;

    /// <summary>Runs the comparison.</summary>
    /// <param name="fit">Measures what the features do under each class of labelled questions, on the SAE's site.</param>
    /// <param name="pooling">Tokens of a question that the direction is measured at: the last, or the mean over all.</param>
    /// <param name="progress">Receives the stages, or null.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    /// <exception cref="SteeringException">The options or the questions do not allow it, or no feature speaks for a target.</exception>
    public RemovalResult Run(
        Func<IReadOnlyList<(string Text, string Class)>, ConceptStatistics> fit, TokenReduction pooling, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        options.Check();
        _ = RemovalSplit.Groups(questions, options);
        _unsteered = Answer([.. Enumerable.Range(0, questions.Count)], CompiledPolicy.Empty, null, "unsteered", progress, cancellationToken);
        var split = RemovalSplit.Of(questions, index => _unsteered[index].Right, options);
        _split = split;
        _unsteeredText = Text(CompiledPolicy.Empty, ConditionKind.Unsteered, "unsteered", progress, cancellationToken);
        progress?.Report(new ExperimentProgress("fitting", 0));
        var statistics = fit([.. split.Fit.Select(index => (questions[index].Question, questions[index].Class!))]);
        var means = ClassMeans.Of(model, statistics.Origin.Site, pooling, [.. split.Fit.Select(index => questions[index])], done => progress?.Report(new ExperimentProgress("directions", (double)done / split.Fit.Count)), cancellationToken);
        return new RemovalResult
        {
            Model = model.Name,
            Site = statistics.Origin.Site,
            Measure = Words<RemovalMeasure>.Of(options.Measure),
            Removal = options.Removal,
            Tolerance = options.Tolerance,
            Ranking = Words<FeatureRanking>.Of(options.Ranking),
            Seed = options.Seed,
            Classes = split.Classes,
            Targets = [.. options.Targets.Select(target => Remove(target, statistics, means.Direction(target), progress, cancellationToken))],
        };
    }

    private RemovalTarget Remove(string target, ConceptStatistics statistics, float[] direction, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var concept = statistics.IndexOf(target);
        var ranked = RankedFeature.Of(statistics, concept, options.Ranking, options.LargestCount);
        int[] features = [.. ranked.Select(feature => feature.Latent).Where(latent => ConceptInterventions.CanAttenuate(statistics, concept, latent))];
        if (features.Length == 0)
        {
            throw new SteeringException($"No feature speaks for '{target}' by {Words<FeatureRanking>.Of(options.Ranking)}: none fires more under it than under the rest. Rank by something else, or give more questions.");
        }

        var doses = new RemovalDoses(statistics, concept, sae, features);
        var conditions = new List<RemovalCondition> { Measure(new RemovalCondition { Method = null }, target, null, null, progress, cancellationToken).Condition };
        bool[]? fullMask = null;
        RemovalCondition? full = null;
        foreach (var method in OnFeatures)
        {
            var (condition, spared) = AtDose(method, target, doses.OfFeatures(method), fullMask, progress, cancellationToken);
            conditions.Add(condition);
            (full, fullMask) = method == RemovalMethod.FullMask ? (condition, spared) : (full, fullMask);
        }

        conditions.Add(AtDose(RemovalMethod.DiffMean, target, doses.OfDirection(direction, statistics.Origin.Site), fullMask, progress, cancellationToken).Condition);
        conditions.Add(Random(full!, doses, target, fullMask, progress, cancellationToken));
        if (options.Prompting is { } text)
        {
            conditions.Add(Measure(new RemovalCondition { Method = RemovalMethod.Prompting }, target, text.Replace("{target}", target, StringComparison.Ordinal), fullMask, progress, cancellationToken).Condition);
        }

        return new RemovalTarget(target, features, ranked.Count - features.Length, conditions);
    }

    private (RemovalCondition Condition, bool[]? Spared) AtDose(
        RemovalMethod method, string target, IReadOnlyList<RemovalDose> doses, bool[]? fullMask, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        int[] asked = [.. _split!.Fit.Where(index => questions[index].Class == target).Take(options.DoseQuestions)];
        var name = Words<RemovalMethod>.Of(method);
        var (dose, drop) = DoseSearch.Find(doses.Count, index => Lost(doses[index]), options.Removal, options.Tolerance);
        var found = doses[dose];
        var condition = new RemovalCondition
        {
            Method = method,
            Features = found.Features,
            Gain = found.Gain,
            FittedDrop = drop,
            Matched = DoseSearch.Matches(drop, options.Removal, options.Tolerance),
            Policy = found.Make(),
        };
        return Measure(condition, target, null, fullMask, progress, cancellationToken);

        double Lost(RemovalDose tried)
        {
            var answers = Answer(asked, model.Compile(tried.Make()), null, $"{target}: dose of {name}", progress, cancellationToken);
            return options.Measure == RemovalMeasure.Accuracy
                ? answers.Average(answer => answer.Right ? 0.0 : 1)
                : 1 - (answers.Average(answer => answer.Confidence) / asked.Average(index => _unsteered[index].Confidence));
        }
    }

    private RemovalCondition Random(RemovalCondition full, RemovalDoses doses, string target, bool[]? fullMask, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var condition = new RemovalCondition { Method = RemovalMethod.Random, Features = full.Features };
        try
        {
            var policy = RandomFeatureControl.Of(full.Policy!, model.Sae, options.Seed) with { Name = doses.Name(RemovalMethod.Random) };
            return Measure(condition with { Policy = policy }, target, null, fullMask, progress, cancellationToken).Condition;
        }
        catch (SteeringException failure)
        {
            return condition with { Unavailable = failure.Message };
        }
    }

    private (RemovalCondition Condition, bool[] Spared) Measure(RemovalCondition condition, string target, string? system, bool[]? fullMask, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var name = $"{target}: {(condition.Method is { } method ? Words<RemovalMethod>.Of(method) : "unsteered")}";
        var policy = condition.Policy is null ? CompiledPolicy.Empty : model.Compile(condition.Policy);
        int[] held = [.. _split!.Held];
        var answers = condition.Method is null ? Array.ConvertAll(held, index => _unsteered[index]) : Answer(held, policy, system, name, progress, cancellationToken);
        var rest = Members(index => questions[index].Class != target);
        bool[] spared = [.. rest.Select(place => answers[place].Right)];
        return (condition with
        {
            Target = Group("target", Members(index => questions[index].Class == target)),
            Complement = Group("complement", rest),
            Classes = [.. _split.Classes.Select(kind => Group(kind.Name, Members(index => questions[index].Class == kind.Name)))],
            AgainstFullMask = fullMask is null ? null : Difference(spared, fullMask),
            Text = condition.Method is null ? _unsteeredText : Text(policy, system is null ? ConditionKind.Policy : ConditionKind.Prompting, name, progress, cancellationToken),
        }, spared);

        int[] Members(Func<int, bool> belongs) => [.. Enumerable.Range(0, held.Length).Where(place => belongs(held[place]))];

        RemovalGroup Group(string group, int[] places)
        {
            double[] wrong = [.. places.Select(place => answers[place].Right ? 0.0 : 1)];
            double[] confidences = [.. places.Select(place => answers[place].Confidence)];
            double[] before = [.. places.Select(place => _unsteered[held[place]].Confidence)];
            return new RemovalGroup(
                group,
                RateEstimate.Of(places, place => answers[place].Right),
                wrong.Average(),
                PairedBootstrap.MeanDifference(wrong, new double[wrong.Length], options.Seed),
                confidences.Average(),
                before.Average() - confidences.Average(),
                PairedBootstrap.MeanDifference(before, confidences, options.Seed));
        }
    }

    private RemovalDifference Difference(bool[] spared, bool[] fullMask)
    {
        double[] first = Array.ConvertAll(spared, right => right ? 1.0 : 0), second = Array.ConvertAll(fullMask, right => right ? 1.0 : 0);
        return new RemovalDifference(first.Average() - second.Average(), PairedBootstrap.MeanDifference(first, second, options.Seed));
    }

    private ChoiceAnswer[] Answer(int[] asked, CompiledPolicy policy, string? system, string stage, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var answers = new ChoiceAnswer[asked.Length];
        var done = 0;
        Passes.Run(asked.Length, model.Parallelism, place =>
        {
            answers[place] = _scorer.Answer(questions[asked[place]], policy, system);
            progress?.Report(new ExperimentProgress(stage, (double)Interlocked.Increment(ref done) / asked.Length));
        }, cancellationToken);
        return answers;
    }

    private PerplexityResult? Text(CompiledPolicy policy, ConditionKind kind, string stage, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken) =>
        _text?.Measure(new ExperimentCondition(stage, kind, null, policy), done => progress?.Report(new ExperimentProgress($"{stage}, neutral text", (double)done / _text.Documents.Count)), cancellationToken);
}
