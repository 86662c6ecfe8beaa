using Steering.Tokenizers;

namespace Steering.Chat.Toxicity;

/// <summary>
/// Judges one text of another model as it arrives, and says how much of it may be handed on. The conversation and the text are
/// read once, however long the text becomes. Not thread-safe.
/// </summary>
internal sealed class ReplyGuard(ToxicityScorer scorer, ToxicityFilterOptions options, int[] prompt, FilterLog log) : IDisposable
{
    private readonly GrowingText _text = new(scorer.Tokenizer.Text);
    private readonly WatchSession _session = scorer.NewSession(prompt.Length);
    private readonly AlarmState _alarm = new(options.QuietTokens);
    private int _released;
    private int _scoredLength;

    /// <summary>Number of tokens judged.</summary>
    public int Scored { get; private set; }

    /// <summary>Whether the reply was ended.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Positions that the model computed so far.</summary>
    public long Computed => _session.Computed;

    /// <summary>Characters that were encoded so far.</summary>
    public long Encoded => _text.Encoded;

    private bool Withholds => options.Action == ToxicityFilterAction.Stop;

    /// <summary>Takes a piece of text and gives what may be handed on.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="last">Whether nothing follows.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public string Append(string piece, bool last, CancellationToken cancellationToken)
    {
        _text.Append(piece);

        // A token has at least one character, but for the rare ones that are parts of one.
        var due = _text.Length - _scoredLength > Math.Max(1, options.HoldBack);
        if (!due && !(last && _text.Length > _scoredLength))
        {
            return Release(last || !Withholds ? _text.Length : _released);
        }

        _text.Encode();
        if (!last && _text.Ids.Length - Scored < Math.Max(1, options.HoldBack))
        {
            return Release(Withholds ? _released : _text.Length);
        }

        Judge(cancellationToken);
        _scoredLength = _text.Length;
        if (Stopped)
        {
            return string.Empty;
        }

        return Release(last || !Withholds ? _text.Length : SafeLength());
    }

    public void Dispose() => _session.Dispose();

    private void Judge(CancellationToken cancellationToken)
    {
        // Text that grows may be cut anew at its end: the last tokens are judged again.
        var tokens = _text.Ids.Length;
        var from = Math.Max(0, Math.Min(Scored, tokens) - options.HoldBack - 1);
        _session.Read([.. prompt, .. _text.Ids], cancellationToken);
        for (var token = from; token < tokens && !Stopped; token++)
        {
            var reader = new WatchReader();
            var activations = _session.At(prompt.Length + token);
            for (var level = 0; level < activations.Length; level++)
            {
                reader.Add(level, scorer.Levels[level], activations[level]);
            }

            var reading = reader.Reading;
            if (token < Scored && !(Withholds && reading.Exceeds))
            {
                continue;
            }

            var was = _alarm.On;
            _alarm.Update(reading);
            if (was != _alarm.On)
            {
                log.Add(_alarm.On ? ToxicityDecisionKind.Alarm : ToxicityDecisionKind.Quiet, token, scorer.Levels[reading.Watch], reading.Value, []);
            }

            Stopped = Withholds && reading.Exceeds;
            if (Stopped)
            {
                var withheld = _text.Part(_released, _text.Length - _released);
                log.Add(ToxicityDecisionKind.Stop, token, scorer.Levels[reading.Watch], reading.Value, scorer.Tokenizer.Encode(withheld).Length, options.IncludeText ? withheld : null);
            }
        }

        Scored = tokens;
    }

    // What the tokens before the held-back ones say, as far as the text says the same.
    private int SafeLength() => Math.Max(_released, _text.LengthOf(Math.Max(0, _text.Ids.Length - options.HoldBack)));

    private string Release(int length)
    {
        var text = _text.Part(_released, length - _released);
        _released = length;
        return text;
    }
}
