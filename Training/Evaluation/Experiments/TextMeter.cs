using Steering.Training.Activations;

namespace Steering.Training.Evaluation.Experiments;

/// <summary>Perplexity of neutral text under the steered model.</summary>
/// <param name="settings">The text.</param>
/// <param name="model">The model.</param>
/// <param name="seed">Of the intervals.</param>
internal sealed class TextMeter(TextSettings settings, IExperimentModel model, long seed)
{
    private readonly int[][] _documents = Read(settings, model);
    private LogLikelihoods? _unsteered;

    public int Documents => _documents.Length;

    public PerplexityResult Measure(ExperimentCondition condition, Action<int> done, CancellationToken cancellationToken)
    {
        if (condition.IsPrompted)
        {
            return new PerplexityResult(null, 0, Unavailable: "a system message is no part of a text.");
        }

        var scores = new LogLikelihoods(new double[_documents.Length], new long[_documents.Length]);
        try
        {
            var count = 0;
            Passes.Run(_documents.Length, model.Parallelism, index =>
            {
                scores.Nats[index] = -model.LogProbabilities(_documents[index], 1, condition.Compiled).Sum();
                scores.Tokens[index] = _documents[index].Length - 1;
                done(Interlocked.Increment(ref count));
            }, cancellationToken);
        }
        catch (SteeringException failure)
        {
            return new PerplexityResult(null, 0, Unavailable: failure.Message);
        }

        _unsteered = condition.Kind == ConditionKind.Unsteered ? scores : _unsteered;
        return scores.Result(condition.Kind == ConditionKind.Unsteered ? null : _unsteered, seed);
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
