using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Steering.Chat.Toxicity;

/// <summary>
/// Keeps toxic text from the caller. Around a <see cref="SteeredChatClient"/> it reads features or a probe in the residual
/// stream at every token and acts before the token is handed on; around any other client it is a guard, which scores the
/// user's turn and the reply with a forward pass of the local model. State belongs to one request and ends with it.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The last update carries a <see cref="ToxicityReport"/>. As a guard it judges text and reasoning text; other contents are
/// passed on after the text.
/// </remarks>
public sealed class ToxicityFilterChatClient : DelegatingChatClient
{
    private readonly FilterPlan _plan;
    private readonly ToxicityFilterOptions _options;
    private readonly ToxicityScorer _scorer;
    private readonly ILogger _logger;
    private readonly bool _steered;

    /// <summary>Creates a filter.</summary>
    /// <param name="innerClient">The client whose replies are filtered.</param>
    /// <param name="options">What is watched and done; copied.</param>
    /// <param name="engine">The engine that a guard scores with; null takes the inner client's.</param>
    /// <param name="logger">Receives the decisions, without texts; null logs nothing.</param>
    /// <exception cref="SteeringException">
    /// An option is out of range, a watch or policy does not fit the model, the levels would raise the alarm on the harmless
    /// texts given, or there is no engine.
    /// </exception>
    public ToxicityFilterChatClient(IChatClient innerClient, ToxicityFilterOptions options, SteeringEngine? engine = null, ILogger<ToxicityFilterChatClient>? logger = null)
        : base(innerClient)
    {
        ArgumentNullException.ThrowIfNull(options);
        var own = innerClient.GetService<SteeredChatClient>() is null ? null : innerClient.GetService<SteeringEngine>();
        engine ??= own ?? throw new SteeringException("A toxicity filter reads a local model, and there is none: the inner client is no SteeredChatClient and no SteeringEngine was given. Register one with AddSteering, or pass it to UseToxicityFilter.");
        _steered = ReferenceEquals(engine, own);
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _options = options.Copy();
        _options.Validate();
        if (!_steered && _options.TurnsPolicies)
        {
            throw new SteeringException($"ToxicityFilterOptions.Action is {_options.Action}, which steers the model that replies, and the inner client is not one that this engine steers. Choose {nameof(ToxicityFilterAction.Observe)} or {nameof(ToxicityFilterAction.Stop)}.");
        }

        _plan = new FilterPlan(engine, _options);
        _plan.Program(request: null);
        _scorer = new ToxicityScorer(engine, [.. _options.Watches], _options.GuardContextTokens);
        _scorer.RefuseFalseAlarms([.. _options.CleanTexts], _options.LargestFalseAlarmRate);
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(update);
        }

        // Properties of updates become those of their message; the report is the response's too.
        var response = updates.ToChatResponse();
        if (updates.LastOrDefault(update => update.GetToxicityReport() is not null)?.GetToxicityReport() is { } report)
        {
            response.AdditionalProperties ??= [];
            response.AdditionalProperties[ToxicityFilterExtensions.ReportKey] = report;
        }

        return response;
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var log = new FilterLog(_options, _plan.Engine.Model.Name, _logger);
        return _steered ? Filter(messages, options, log, cancellationToken) : Guard([.. messages], options, log, cancellationToken);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Filter(IEnumerable<ChatMessage> messages, ChatOptions? options, FilterLog log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = new FilterSession(_plan, log);
        await foreach (var update in base.GetStreamingResponseAsync(messages, FilterRequest.With(options, session), cancellationToken).ConfigureAwait(false))
        {
            if (!session.Attached)
            {
                throw new SteeringException("The filter did not reach the model: a client between them drops ChatOptions.AdditionalProperties, or answers by itself. Put the filter next to the SteeredChatClient.");
            }

            if (update.FinishReason is not null)
            {
                if (session.Stopped && _options.StopMessage.Length > 0)
                {
                    yield return ReplyUpdates.Like(update, new TextContent(_options.StopMessage));
                }

                ReplyUpdates.SetReport(update, log.Report(session.Seen));
            }

            yield return update;
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Guard(IReadOnlyList<ChatMessage> messages, ChatOptions? options, FilterLog log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var guard = new ConversationGuard(_scorer, _options, messages, log);
        if (_options.CheckPrompts && await Task.Run(() => guard.BlocksPrompt(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            foreach (var update in ReplyUpdates.Ending(like: null, _options.StopMessage, log.Report(0)))
            {
                yield return update;
            }

            yield break;
        }

        var reply = new GuardedReply(guard);
        ChatResponseUpdate? latest = null;
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            latest = update;
            var released = await Task.Run(() => reply.Add(update, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var part in released)
            {
                yield return part;
            }

            if (reply.Stopped)
            {
                break;
            }
        }

        var rest = reply.Stopped ? [] : await Task.Run(() => reply.Finish(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (reply.Stopped)
        {
            rest = [.. ReplyUpdates.Ending(latest, _options.StopMessage, log.Report(guard.Scored))];
        }
        else
        {
            ReplyUpdates.SetReport(rest[^1], log.Report(guard.Scored));
        }

        foreach (var part in rest)
        {
            yield return part;
        }
    }
}
