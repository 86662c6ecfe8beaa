using Microsoft.Extensions.Logging;
using Steering.Decoding;
using Steering.Telemetry;

namespace Steering.Chat.Toxicity;

/// <summary>Keeps the decisions of one reply, and reports them to logs and metrics, which never see a text.</summary>
internal sealed partial class FilterLog(ToxicityFilterOptions options, string modelName, ILogger logger)
{
    private const int MaximumDecisions = 1000;

    private readonly List<ToxicityDecision> _decisions = [];
    private int _withheld;
    private bool _stopped;

    /// <summary>Number of rewinds so far.</summary>
    public int Rewinds { get; private set; }

    public void Add(ToxicityDecisionKind kind, int token, WatchLevel watch, float value, IReadOnlyList<DecodedToken> withheld) =>
        Add(kind, token, watch, value, withheld.Count, options.IncludeText && withheld.Count > 0 ? string.Concat(withheld.Select(item => item.Text)) : null);

    public void Add(ToxicityDecisionKind kind, int token, WatchLevel watch, float value, int withheld, string? text)
    {
        if (_decisions.Count < MaximumDecisions)
        {
            _decisions.Add(new ToxicityDecision(kind, token, watch.Name, value, watch.On, withheld, text));
        }

        _withheld += withheld;
        Rewinds += kind == ToxicityDecisionKind.Rewind ? 1 : 0;
        _stopped |= kind is ToxicityDecisionKind.Stop or ToxicityDecisionKind.PromptBlocked;
        SteeringTelemetry.FilterDecisions.Add(1, new("gen_ai.request.model", modelName), new("steering.filter.decision", kind.ToString()), new("steering.filter.watch", watch.Name));
        if (withheld > 0)
        {
            SteeringTelemetry.FilterWithheld.Add(withheld, new KeyValuePair<string, object?>("gen_ai.request.model", modelName));
        }

        if (kind is ToxicityDecisionKind.Alarm or ToxicityDecisionKind.Quiet)
        {
            LogAlarm(logger, kind, token, watch.Name, value, watch.On);
        }
        else
        {
            LogAction(logger, kind, token, watch.Name, value, watch.On, withheld);
        }
    }

    public ToxicityReport Report(int tokens) => new(options.Action, tokens, _withheld, Rewinds, _stopped, [.. _decisions]);

    [LoggerMessage(Level = LogLevel.Information, Message = "Toxicity filter: {Decision} at token {Token}, {Watch} at {Value} with level {Level}")]
    private static partial void LogAlarm(ILogger logger, ToxicityDecisionKind decision, int token, string watch, float value, float level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Toxicity filter: {Decision} at token {Token}, {Watch} at {Value} with level {Level}, {Withheld} tokens withheld")]
    private static partial void LogAction(ILogger logger, ToxicityDecisionKind decision, int token, string watch, float value, float level, int withheld);
}
