using Steering.Compilation;
using Steering.Decoding;

namespace Steering.Chat.Toxicity;

/// <summary>
/// The filter of one reply: the alarm, the tokens held back, what was decided. Nothing of it outlives the reply or is
/// shared with another. The decoder asks from its thread while the reader takes from its own.
/// </summary>
internal sealed class FilterSession(FilterPlan plan, FilterLog log) : IDecodeMonitor
{
    private readonly Lock _lock = new();
    private readonly AlarmState _alarm = new(plan.Options.QuietTokens);
    private readonly List<DecodedToken> _held = [];
    private readonly Queue<DecodedToken> _released = new();
    private IReadOnlyList<RowAddress> _rows = [];
    private int _releasedCount;
    private volatile bool _alarmOn;
    private volatile bool _stopped;

    /// <summary>Number of tokens looked at.</summary>
    public int Seen { get; private set; }

    /// <summary>Whether the reply was ended.</summary>
    public bool Stopped => _stopped;

    /// <summary>Whether the request reached a decoder.</summary>
    public bool Attached { get; private set; }

    private ToxicityFilterOptions Options => plan.Options;

    /// <summary>The request as the filter wants it decoded.</summary>
    /// <param name="request">The request; its policy is replaced.</param>
    /// <param name="policy">The policy that the request asked for, or null.</param>
    public DecodeRequest Attach(DecodeRequest request, Policies.SteeringPolicy? policy)
    {
        var program = plan.Program(policy);
        Attached = true;
        _rows = program.Rows;
        return request with
        {
            Policy = program.Policy,
            Callbacks = program.Callbacks(request.Callbacks, () => _alarmOn),
            Monitor = this,
        };
    }

    /// <inheritdoc/>
    public int Observe(DecodedToken token)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return 0;
            }

            Seen++;
            var reading = Read(token);
            var was = _alarm.On;
            _alarm.Update(reading);
            _alarmOn = _alarm.On;
            Report(reading, was);
            return Decide(token, reading, was);
        }
    }

    /// <summary>Takes the next token that may be handed on.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DecodedToken? token)
    {
        lock (_lock)
        {
            return _released.TryDequeue(out token);
        }
    }

    private int Decide(DecodedToken token, in WatchReading reading, bool was)
    {
        switch (Options.Action)
        {
            case ToxicityFilterAction.Attenuate when _alarm.On && !was:
                return 1;
            case ToxicityFilterAction.Rewind when reading.Exceeds && log.Rewinds < Options.MaxRewinds:
                log.Add(ToxicityDecisionKind.Rewind, _releasedCount, plan.Levels[reading.Watch], reading.Value, [.. _held, token]);
                var back = _held.Count + 1;
                _held.Clear();
                return back;
            case ToxicityFilterAction.Rewind or ToxicityFilterAction.Stop when reading.Exceeds:
                log.Add(ToxicityDecisionKind.Stop, _releasedCount, plan.Levels[reading.Watch], reading.Value, [.. _held, token]);
                _held.Clear();
                _stopped = true;
                return 0;
            default:
                Hold(token);
                return 0;
        }
    }

    private void Hold(DecodedToken token)
    {
        _held.Add(token);
        var window = Options.Action is ToxicityFilterAction.Rewind or ToxicityFilterAction.Stop && token.FinishReason == FinishReason.None ? Options.HoldBack : 0;
        var ready = Math.Max(0, _held.Count - window);
        for (var index = 0; index < ready; index++)
        {
            _released.Enqueue(_held[index]);
        }

        _held.RemoveRange(0, ready);
        _releasedCount += ready;
    }

    private void Report(in WatchReading reading, bool was)
    {
        if (was != _alarm.On)
        {
            log.Add(_alarm.On ? ToxicityDecisionKind.Alarm : ToxicityDecisionKind.Quiet, _releasedCount + _held.Count, plan.Levels[reading.Watch], reading.Value, []);
        }
    }

    private WatchReading Read(DecodedToken token)
    {
        var reader = new WatchReader();
        for (var watch = 0; watch < _rows.Count; watch++)
        {
            var row = _rows[watch];
            if (row.Site >= token.Activations.Count)
            {
                throw new SteeringException($"The decoder gave no activations for '{plan.Levels[watch].Name}' with a token, so the filter cannot judge it. Use a decoder that reports the activations of the policy's rows.");
            }

            reader.Add(watch, plan.Levels[watch], token.Activations[row.Site].Values.Span[row.Row]);
        }

        return reader.Reading;
    }
}
