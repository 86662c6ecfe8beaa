using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>One row of a site while the policy is compiled.</summary>
internal sealed class RowDraft
{
    /// <summary>What the row is.</summary>
    public required ProgramRow Row { get; init; }

    /// <summary>[d].</summary>
    public required float[] Read { get; init; }

    /// <summary>[d].</summary>
    public required float[] Write { get; init; }

    /// <summary>Value of each <see cref="Dial"/>.</summary>
    public float[] Dials { get; } = Neutral();

    /// <summary>The scale s of a token: constant, part that goes with ‖x‖, part that goes with its deviation.</summary>
    public (float Constant, float Norm, float Deviation) Scale { get; init; } = (1, 0, 0);

    /// <summary>The part of a response that the row carries, or null.</summary>
    public ResponseRow? Response { get; init; }

    /// <summary>Identity of what the row reads, for sharing; null when its activation means nothing to others.</summary>
    public object? Reading { get; init; }

    /// <summary>The row whose activation opens this one's gate; null for its own.</summary>
    public RowDraft? Gate { get; set; }

    /// <summary>Index of the row at its site, known once it is added.</summary>
    public int Index { get; set; }

    public float this[Dial dial]
    {
        get => Dials[(int)dial];
        set => Dials[(int)dial] = value;
    }

    /// <summary>Turns the dials that edit.</summary>
    public void Turn(TransferFunction function) =>
        (this[Dial.Gain], this[Dial.Offset], this[Dial.Low], this[Dial.High], this[Dial.Gate]) = (function.Gain, function.Offset, function.Low, function.High, function.Gate);

    private static float[] Neutral()
    {
        var dials = new float[SocketLayout.DialCount];
        NeutralDials.Fill(dials, rowCount: 1);
        return dials;
    }
}
