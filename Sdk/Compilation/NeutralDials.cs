using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>
/// The settings with which a row changes nothing. A row of a policy that is to rest for a while is not made neutral but
/// has its <see cref="Dial.Gate"/> closed (+∞): then its edit is an exact no-op, and its activation is still reported
/// and still opens the gates of other rows.
/// </summary>
public static class NeutralDials
{
    /// <summary>The neutral value of a dial.</summary>
    /// <param name="dial">The dial.</param>
    public static float Value(Dial dial) => dial switch
    {
        Dial.Bias or Dial.Competes or Dial.Offset or Dial.FirstPosition => 0,
        Dial.Gain => 1,
        Dial.Low => float.MinValue,
        Dial.High => float.MaxValue,
        Dial.Threshold or Dial.Gate => float.NegativeInfinity,
        _ => throw new ArgumentOutOfRangeException(nameof(dial), dial, "Not a dial."),
    };

    /// <summary>Makes every row of a site neutral: none reads a latent, none edits.</summary>
    /// <param name="dials">[DialCount·M], in the groups of <see cref="Dial"/>.</param>
    /// <param name="rowCount">Number of rows M.</param>
    /// <exception cref="ArgumentException">The number of dials does not go with the number of rows.</exception>
    public static void Fill(Span<float> dials, int rowCount)
    {
        if (dials.Length != SocketLayout.DialCount * rowCount)
        {
            throw new ArgumentException($"{dials.Length} dials for {rowCount} rows; expected {SocketLayout.DialCount * rowCount}.", nameof(dials));
        }

        for (var dial = 0; dial < SocketLayout.DialCount; dial++)
        {
            dials.Slice(dial * rowCount, rowCount).Fill(Value((Dial)dial));
        }
    }
}
