using Steering.Saes;

namespace Steering.Compilation;

/// <summary>
/// What a compiled policy plugs into one site: the rows of <see cref="Sockets.SocketLayout"/> as flat row-major
/// arrays, ready to be bound. Immutable by convention; decoders copy it into buffers of their own.
/// </summary>
public sealed record SiteProgram
{
    /// <summary>Site name.</summary>
    public required string Site { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>What each of the M rows is, in order.</summary>
    public required IReadOnlyList<ProgramRow> Rows { get; init; }

    /// <summary>[M, d] read rows.</summary>
    public required float[] Read { get; init; }

    /// <summary>[M, d] write rows.</summary>
    public required float[] Write { get; init; }

    /// <summary>[DialCount·M] dials with every intervention on, in the groups of <see cref="Sockets.Dial"/>.</summary>
    public required float[] Dials { get; init; }

    /// <summary>[M] gating row of each row.</summary>
    public required long[] GateRow { get; init; }

    /// <summary>[3, M], or empty when every row's scale is 1.</summary>
    public float[] Scale { get; init; } = [];

    /// <summary>[4 + 2K, M], or empty when no row attenuates.</summary>
    public float[] Attenuation { get; init; } = [];

    /// <summary>The encoder whose latents compete at this site, or null.</summary>
    public CompetingEncoder? Encoder { get; init; }

    /// <summary>Number of rows M.</summary>
    public int RowCount => Rows.Count;
}
