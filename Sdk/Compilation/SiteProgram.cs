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

/// <summary>One row of a site: where it comes from and when it acts.</summary>
/// <param name="Label">What the row watches, for people and telemetry, as in <c>toxicity</c> or <c>sae#4514</c>.</param>
/// <param name="Feature">SAE latent index that the row reads, or −1 for a direction.</param>
/// <param name="Intervention">Index of the intervention in the policy that owns the row, or −1 for a row that is only watched.</param>
public sealed record ProgramRow(string Label, int Feature, int Intervention)
{
    /// <summary>
    /// Whether the row's activation output is the activation of what it edits. False for rows that only write (adding a
    /// direction, adding to a latent whose activity would cost a whole encoder to know): their output is 0. Watch the
    /// feature to have its activation.
    /// </summary>
    public bool ReportsActivation { get; init; } = true;
}

/// <summary>A row of a compiled policy.</summary>
/// <param name="Site">Index into <see cref="CompiledPolicy.Sites"/>.</param>
/// <param name="Row">Row index m at that site.</param>
public readonly record struct RowAddress(int Site, int Row);
