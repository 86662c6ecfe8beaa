using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Steering.Analysis.Judges;

/// <summary>
/// An evaluator of Microsoft.Extensions.AI.Evaluation as a judge: one of its metrics is the score, a number or a truth value. A metric
/// without a value is a reply that could not be judged.
/// </summary>
/// <param name="evaluator">The evaluator; it stays the caller's.</param>
/// <param name="metric">Name of the metric, one of <see cref="IEvaluator.EvaluationMetricNames"/>.</param>
/// <param name="counts">What a hit is, in words.</param>
/// <param name="chat">The model that the evaluator asks, or null where it asks none.</param>
public sealed class EvaluatorJudge(IEvaluator evaluator, string metric, string counts, ChatConfiguration? chat = null) : IReplyJudge
{
    private readonly IEvaluator _evaluator = evaluator ?? throw new ArgumentNullException(nameof(evaluator));

    /// <inheritdoc/>
    public string Name { get; } = evaluator.EvaluationMetricNames.Contains(metric, StringComparer.Ordinal)
        ? metric
        : throw new SteeringException($"The evaluator has no metric '{metric}'; it has {string.Join(", ", evaluator.EvaluationMetricNames.Order(StringComparer.Ordinal))}.");

    /// <inheritdoc/>
    public string Counts { get; } = counts;

    /// <inheritdoc/>
    public double Threshold { get; init; } = 0.5;

    /// <inheritdoc/>
    public async ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, reply.Text)) { FinishReason = reply.Ended ? ChatFinishReason.Stop : ChatFinishReason.Length };
        var result = await _evaluator.EvaluateAsync([new ChatMessage(ChatRole.User, reply.Prompt)], response, chat, additionalContext: null, cancellationToken).ConfigureAwait(false);
        return result.Metrics.TryGetValue(Name, out var found)
            ? found switch
            {
                NumericMetric { Value: { } value } when double.IsFinite(value) => Judgement.Of(value),
                BooleanMetric { Value: { } value } => Judgement.Of(value),
                NumericMetric or BooleanMetric => Judgement.Failed(WhyEmpty(found)),
                _ => throw new SteeringException($"The metric '{Name}' is neither a number nor a truth value but a {found.GetType().Name}; a judge needs a score."),
            }
            : Judgement.Failed($"The evaluator gave no metric '{Name}'.");
    }

    private static string WhyEmpty(EvaluationMetric metric) =>
        metric.Diagnostics?.FirstOrDefault(diagnostic => diagnostic.Severity == EvaluationDiagnosticSeverity.Error)?.Message
        ?? metric.Reason
        ?? $"The evaluator gave '{metric.Name}' no value.";
}
