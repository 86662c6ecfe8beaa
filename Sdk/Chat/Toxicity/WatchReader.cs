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
