using Steering.Compilation;

namespace Steering.Analysis.Experiments;

/// <summary>Runs the model over what a condition replied, and over the neutral text and the questions under it; each condition once.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="model">Its model.</param>
/// <param name="folder">Folder that keeps the scores.</param>
/// <param name="text">The neutral text, or null.</param>
/// <param name="choices">Multiple choice, or null.</param>
internal sealed class ConditionScorer(Experiment experiment, IExperimentModel model, string folder, TextMeter? text, ChoiceMeter? choices)
{
    /// <summary>The scores of a condition: those that are there already, or new ones.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="file">Name of its file in the folder.</param>
    /// <param name="fingerprint">What decides its replies.</param>
    /// <param name="replies">The replies.</param>
    /// <param name="promptIds">The plain prompts.</param>
    /// <param name="progress">Told how far it has come; may be null.</param>
    /// <param name="cancellationToken">Stops between passes; what was scored of this condition is then lost.</param>
    public ConditionScores Score(ExperimentCondition condition, string file, string fingerprint, IReadOnlyList<ExperimentReply> replies, int[][] promptIds, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, file);
        var settings = choices is null ? string.Empty : $"{experiment.Choices!.Chat}|{experiment.Choices.PerToken}|{experiment.SystemMessage}";
        var whole = ConditionScores.Fingerprint(fingerprint, replies, text?.Documents ?? [], choices?.Questions ?? [], settings);
        if (ConditionScores.Read(path, whole) is { } kept)
        {
            return kept;
        }

        var scores = new ConditionScores(
            Replies(replies, promptIds, Share($"perplexity: {condition.Name}", replies.Count), cancellationToken),
            text?.Score(condition, Share($"neutral text: {condition.Name}", text.Documents.Count), cancellationToken),
            choices?.Score(condition, Share($"multiple choice: {condition.Name}", choices.Questions.Count), cancellationToken));
        scores.Write(path, condition.Name, whole);
        return scores;

        Action<int> Share(string stage, int total)
        {
            progress?.Report(new ExperimentProgress(stage, 0));
            return done => progress?.Report(new ExperimentProgress(stage, (double)done / total));
        }
    }

    /// <summary>−ln p of the tokens of each reply under the unsteered model, given the plain prompt.</summary>
    private double[] Replies(IReadOnlyList<ExperimentReply> replies, int[][] promptIds, Action<int> done, CancellationToken cancellationToken)
    {
        int[] spoken = [.. Enumerable.Range(0, replies.Count).Where(index => replies[index].Ids.Count > 0)];
        var values = model.LogProbabilities(
            [.. spoken.Select(index => ((int[])[.. promptIds[replies[index].Prompt], .. replies[index].Ids], promptIds[replies[index].Prompt].Length))], CompiledPolicy.Empty, done, cancellationToken);
        var nats = new double[replies.Count];
        foreach (var (place, index) in spoken.Index())
        {
            nats[index] = -values[place].Sum();
        }

        return nats;
    }
}
