namespace Steering.Chat.Toxicity;

/// <summary>Compares activations with levels, one watch at a time.</summary>
internal struct WatchReader()
{
    private bool _exceeds;
    private bool _high;
    private int _watch = -1;
    private float _value;
    private float _margin = float.NegativeInfinity;

    public readonly WatchReading Reading => new(_exceeds, !_high, Math.Max(_watch, 0), _value);

    public void Add(int watch, WatchLevel level, float activation)
    {
        var value = level.ValueOf(activation);

        // Written so that NaN raises the alarm: what cannot be judged must not pass.
        var exceeds = !(value <= level.On);
        _exceeds |= exceeds;
        _high |= !(value <= level.Off);
        var margin = float.IsNaN(value) ? float.PositiveInfinity : value - level.On;
        if (_watch < 0 || margin > _margin)
        {
            (_watch, _value, _margin) = (watch, value, margin);
        }
    }
}

/// <summary>The alarm of one reply: on above the on level, off after a number of tokens in a row at or below the off level.</summary>
/// <param name="quietTokens">That number.</param>
internal sealed class AlarmState(int quietTokens)
{
    private int _quiet;

    /// <summary>Whether the alarm is on.</summary>
    public bool On { get; private set; }

    /// <summary>Takes the next position.</summary>
    public void Update(in WatchReading reading)
    {
        if (reading.Exceeds)
        {
            (On, _quiet) = (true, 0);
        }
        else if (On)
        {
            _quiet = reading.Low ? _quiet + 1 : 0;
            On = _quiet < quietTokens;
        }
    }
}
