using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>
/// The settings with which a row changes nothing. A row that is switched off between tokens keeps its reading (bias,
/// threshold, competition), so that its activation is still reported and still opens the gates of other rows; only its
/// edit becomes neutral.
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

    /// <summary>Whether a dial belongs to what the row reads, rather than to what it edits.</summary>
    /// <param name="dial">The dial.</param>
    public static bool Reads(Dial dial) => dial is Dial.Bias or Dial.Threshold or Dial.Competes;

    /// <summary>Makes every row of a site neutral: no row reads a latent, none edits.</summary>
    /// <param name="dials">[DialCount·M], in the groups of <see cref="Dial"/>.</param>
    /// <param name="rowCount">Number of rows M.</param>
    public static void Fill(Span<float> dials, int rowCount)
    {
        Check(dials, rowCount);
        for (var dial = 0; dial < SocketLayout.DialCount; dial++)
        {
            dials.Slice(dial * rowCount, rowCount).Fill(Value((Dial)dial));
        }
    }

    /// <summary>Switches the edit of one row off and keeps its reading.</summary>
    /// <param name="dials">[DialCount·M], in the groups of <see cref="Dial"/>.</param>
    /// <param name="rowCount">Number of rows M.</param>
    /// <param name="row">The row.</param>
    public static void SwitchOff(Span<float> dials, int rowCount, int row)
    {
        Check(dials, rowCount);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rowCount);
        for (var dial = Dial.Gain; dial <= Dial.Gate; dial++)
        {
            dials[((int)dial * rowCount) + row] = Value(dial);
        }
    }

    /// <summary>Switches the edit of one row on again, as it was compiled.</summary>
    /// <param name="program">The site's program.</param>
    /// <param name="dials">[DialCount·M], in the groups of <see cref="Dial"/>.</param>
    /// <param name="row">The row.</param>
    public static void SwitchOn(SiteProgram program, Span<float> dials, int row)
    {
        ArgumentNullException.ThrowIfNull(program);
        Check(dials, program.RowCount);
        for (var index = row; index < dials.Length; index += program.RowCount)
        {
            dials[index] = program.Dials[index];
        }
    }

    private static void Check(ReadOnlySpan<float> dials, int rowCount)
    {
        if (dials.Length != SocketLayout.DialCount * rowCount)
        {
            throw new ArgumentException($"{dials.Length} dials for {rowCount} rows; expected {SocketLayout.DialCount * rowCount}.", nameof(dials));
        }
    }
}
