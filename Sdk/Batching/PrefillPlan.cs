namespace Steering.Batching;

/// <summary>
/// How many prompt tokens go into the next pass beside conversations that are decoded: as many as fit into a share of a
/// decoding step, by what the passes before took.
/// </summary>
/// <param name="share">Share of a step.</param>
/// <param name="most">Most tokens of a pass.</param>
internal sealed class PrefillPlan(double share, int most)
{
    private const double Weight = 0.2;

    private double _step;
    private double _owed;

    /// <summary>Tokens of the next pass.</summary>
    public int Tokens { get; private set; } = Math.Min(8, most);

    /// <summary>Whether the time that earlier passes took beyond their share has been decoded off.</summary>
    public bool IsDue => _owed <= 0;

    /// <summary>Notes the time of a decoding step.</summary>
    public void Decoded(double seconds)
    {
        _step = _step == 0 ? seconds : _step + (Weight * (seconds - _step));
        _owed = Math.Max(0, _owed - (share * seconds));
    }

    /// <summary>Notes the time of a pass over prompt tokens beside conversations that are decoded.</summary>
    public void Prefilled(int tokens, double seconds)
    {
        var budget = share * _step;
        _owed += Math.Max(0, seconds - budget);
        if (budget > 0 && seconds > 0 && tokens == Tokens)
        {
            Tokens = Math.Clamp((int)(tokens * Math.Min(2, budget / seconds)), 1, most);
        }
    }
}
