namespace Steering.Analysis.Judges;

/// <summary>A trained text classifier as a judge: the score is the probability of its label.</summary>
/// <param name="name">Its name.</param>
/// <param name="classifier">The classifier.</param>
public sealed class ClassifierJudge(string name, TextClassifier classifier) : IReplyJudge
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Counts { get; init; } = $"replies that the classifier '{name}' gives its label";

    /// <inheritdoc/>
    public double Threshold { get; init; } = 0.5;

    /// <inheritdoc/>
    public ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return ValueTask.FromResult(Judgement.Of(classifier.Score(reply.Text)));
    }
}
