using Steering.Analysis.Corpora;

namespace Steering.Analysis.Experiments;

/// <summary>Perplexity of neutral text under the steered model.</summary>
/// <param name="settings">The text.</param>
/// <param name="model">The model.</param>
/// <param name="seed">Of the intervals.</param>
internal sealed class TextMeter(TextSettings settings, IExperimentModel model, long seed)
{
    private LogLikelihoods? _unsteered;

    /// <summary>Token ids of the documents.</summary>
    public IReadOnlyList<int[]> Documents { get; } = Read(settings, model);

    /// <summary>Runs the documents under a condition.</summary>
    public TextScores Score(ExperimentCondition condition, Action<int> done, CancellationToken cancellationToken)
    {
        if (condition.IsPrompted)
        {
            return new TextScores(null, "a system message is no part of a text.");
        }

        try
        {
            return new TextScores([.. model.LogProbabilities([.. Documents.Select(ids => (ids, 1))], condition.Compiled, done, cancellationToken).Select(values => -values.Sum())]);
        }
        catch (SteeringException failure)
        {
            return new TextScores(null, failure.Message);
        }
    }

    /// <summary>Runs the documents and gives the perplexity.</summary>
    public PerplexityResult Measure(ExperimentCondition condition, Action<int> done, CancellationToken cancellationToken) =>
        Result(Score(condition, done, cancellationToken), condition);

    /// <summary>The perplexity; the unsteered one must be asked for first.</summary>
    public PerplexityResult Result(TextScores scores, ExperimentCondition condition)
    {
        if (scores.Nats is null)
        {
            return new PerplexityResult(null, 0, Unavailable: scores.Unavailable);
        }

        var likelihoods = new LogLikelihoods(scores.Nats, [.. Documents.Select(ids => (long)ids.Length - 1)]);
        var isBase = condition.Kind == ConditionKind.Unsteered;
        _unsteered = isBase ? likelihoods : _unsteered;
        return likelihoods.Result(isBase ? null : _unsteered, seed);
    }

    private static int[][] Read(TextSettings settings, IExperimentModel model)
    {
        int[][] documents =
        [
            .. TextCorpus.Open(settings.File, new TextCorpusOptions { Field = settings.Field, Unit = Path.GetExtension(settings.File).Equals(".txt", StringComparison.OrdinalIgnoreCase) ? TextUnit.Paragraph : TextUnit.File }).Read()
                .Select(document => model.Encode(document.Text, addSpecialTokens: true))
                .Where(ids => ids.Length > 1)
                .Select(ids => ids.AsSpan(0, Math.Min(ids.Length, settings.Tokens)).ToArray())
                .Take(settings.Documents),
        ];
        return documents.Length > 0 ? documents : throw new SteeringException($"{settings.File} holds no text of two tokens; give a longer one.");
    }
}
