namespace Steering.Chat.Toxicity;

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
