using System.Text;

namespace Steering.Chat.Toxicity;

/// <summary>Judges one text of another model as it arrives, and says how much of it may be handed on. Not thread-safe.</summary>
internal sealed class ReplyGuard(ToxicityScorer scorer, ToxicityFilterOptions options, int[] prompt, FilterLog log)
{
    private readonly StringBuilder _text = new();
    private readonly AlarmState _alarm = new(options.QuietTokens);
    private int _released;
    private int _scoredLength;

    /// <summary>Number of tokens judged.</summary>
    public int Scored { get; private set; }

    /// <summary>Whether the reply was ended.</summary>
    public bool Stopped { get; private set; }

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

        var text = _text.ToString();
        var ids = scorer.Tokenizer.Encode(text);
        if (!last && ids.Length - Scored < Math.Max(1, options.HoldBack))
        {
            return Release(Withholds ? _released : text.Length);
        }

        Judge(ids, cancellationToken);
        _scoredLength = text.Length;
        if (Stopped)
        {
            return string.Empty;
        }

        return Release(last || !Withholds ? text.Length : SafeLength(text, ids));
    }

    private void Judge(int[] ids, CancellationToken cancellationToken)
    {
        // Text that grows may be cut anew at its end: the last tokens are judged again.
        var from = Math.Max(0, Math.Min(Scored, ids.Length) - options.HoldBack - 1);
        var decided = false;
        scorer.Read([.. prompt, .. ids], prompt.Length + from, (position, activations) =>
        {
            var token = position - prompt.Length;
            var reader = new WatchReader();
            for (var level = 0; level < activations.Length; level++)
            {
                reader.Add(level, scorer.Levels[level], activations[level]);
            }

            var reading = reader.Reading;
            if (decided || (token < Scored && !(Withholds && reading.Exceeds)))
            {
                return;
            }

            var was = _alarm.On;
            _alarm.Update(reading);
            if (was != _alarm.On)
            {
                log.Add(_alarm.On ? ToxicityDecisionKind.Alarm : ToxicityDecisionKind.Quiet, token, scorer.Levels[reading.Watch], reading.Value, []);
            }

            decided = Withholds && reading.Exceeds;
            if (decided)
            {
                var withheld = _text.ToString(_released, _text.Length - _released);
                log.Add(ToxicityDecisionKind.Stop, token, scorer.Levels[reading.Watch], reading.Value, scorer.Tokenizer.Encode(withheld).Length, options.IncludeText ? withheld : null);
            }
        }, cancellationToken);
        Stopped = decided;
        Scored = ids.Length;
    }

    // What the tokens before the held-back ones say, as far as the text says the same.
    private int SafeLength(string text, int[] ids)
    {
        var safe = scorer.Tokenizer.Decode(ids.AsSpan(0, Math.Max(0, ids.Length - options.HoldBack)));
        return Math.Max(_released, text.AsSpan().CommonPrefixLength(safe));
    }

    private string Release(int length)
    {
        var text = _text.ToString(_released, length - _released);
        _released = length;
        return text;
    }
}
