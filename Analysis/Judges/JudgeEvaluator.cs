using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Steering.Analysis.Judges;

/// <summary>
/// A judge of ours as an evaluator of Microsoft.Extensions.AI.Evaluation: one number, named like the judge, whose interpretation says
/// whether it is a hit. What the judge could not judge has no value and an error among its diagnostics.
/// </summary>
/// <param name="judge">The judge; it stays the caller's.</param>
/// <param name="hitIsFailure">Whether a hit means that the reply fails, as a rude one; false where a reply without a hit fails; null leaves that open.</param>
public sealed class JudgeEvaluator(IReplyJudge judge, bool? hitIsFailure = null) : IEvaluator
{
    private readonly IReplyJudge _judge = judge ?? throw new ArgumentNullException(nameof(judge));

    /// <inheritdoc/>
    public IReadOnlyCollection<string> EvaluationMetricNames => [_judge.Name];

    /// <summary>Judges a response as the answer to the last message of the user.</summary>
    /// <param name="messages">The conversation before the response.</param>
    /// <param name="modelResponse">The response; cut off where its finish reason is <see cref="ChatFinishReason.Length"/>.</param>
    /// <param name="chatConfiguration">Not needed: a judge brings what it asks.</param>
    /// <param name="additionalContext">Nothing that a judge could use; refused where it is given.</param>
    /// <param name="cancellationToken">Stops a judge that waits for something.</param>
    /// <exception cref="SteeringException">A context was given, or the judge cannot judge anything at all.</exception>
    public async ValueTask<EvaluationResult> EvaluateAsync(
        IEnumerable<ChatMessage> messages, ChatResponse modelResponse, ChatConfiguration? chatConfiguration = null, IEnumerable<EvaluationContext>? additionalContext = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(modelResponse);
        if (additionalContext?.FirstOrDefault() is { } context)
        {
            throw new SteeringException($"The judge '{_judge.Name}' reads the prompt and the reply and nothing else; the context '{context.Name}' was given. Leave it out.");
        }

        var prompt = messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? string.Empty;
        var judgement = await _judge.JudgeAsync(new JudgedReply(prompt, modelResponse.Text, modelResponse.FinishReason != ChatFinishReason.Length), cancellationToken).ConfigureAwait(false);
        var metric = new NumericMetric(_judge.Name, judgement.Score);
        if (judgement.Score is not { } score)
        {
            metric.AddDiagnostics(EvaluationDiagnostic.Error(judgement.ToString()));
            metric.Interpretation = new EvaluationMetricInterpretation(EvaluationRating.Inconclusive, failed: true, judgement.ToString());
            return new EvaluationResult(metric);
        }

        var hit = score >= _judge.Threshold;
        metric.Reason = FormattableString.Invariant($"{(hit ? "Among" : "Not among")} {_judge.Counts}: {score}, and {_judge.Threshold} is the threshold.");
        if (hitIsFailure is { } failing)
        {
            metric.Interpretation = new EvaluationMetricInterpretation(hit == failing ? EvaluationRating.Unacceptable : EvaluationRating.Good, hit == failing, metric.Reason);
        }

        return new EvaluationResult(metric);
    }
}
