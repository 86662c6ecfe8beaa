namespace Steering.Sockets;

/// <summary>
/// The names and shapes of the run-time tensors of one socket: the contract between the graph that the exporter
/// writes and the decoder that feeds it. M rows are plugged in at a site, D latents compete there, B is the batch,
/// S the sequence, d the width of the residual stream. M and D may be 0, and then the site costs next to nothing.
/// </summary>
/// <remarks>
/// x' = x + keep · Σ_m s_m (f_m(v_m) − v_m) · write_m, with z_m = (x·read_m)/s_m + bias_m: the delta form, in which
/// the reconstruction error is kept and an edit that changes nothing is an exact no-op. All arithmetic is fp32.
/// </remarks>
public static class SocketLayout
{
    /// <summary>Version of this contract, written to the manifest. A folder of another version is refused.</summary>
    public const int FormatVersion = 1;

    /// <summary>Number of groups in the <c>dials</c> input.</summary>
    public const int DialCount = (int)Dial.FirstPosition + 1;

    /// <summary>Number of rows of the <c>scale</c> input when it is used: constant, norm, deviation.</summary>
    public const int ScaleRows = 3;

    /// <summary>Number of leading rows of the <c>attenuation</c> input: strength and the three coefficients of the quadratic.</summary>
    public const int PosteriorRows = 4;

    /// <summary>f32 [M, d]: encoder columns of the watched latents, or any probe.</summary>
    public static string Read(string site) => $"steering.{site}.read";

    /// <summary>f32 [M, d]: decoder rows, or any direction.</summary>
    public static string Write(string site) => $"steering.{site}.write";

    /// <summary>f32 [B or 1, 1, DialCount·M]: group p of M numbers holds <see cref="Dial"/> p of every row.</summary>
    public static string Dials(string site) => $"steering.{site}.dials";

    /// <summary>i64 [M]: the row whose v opens the gate of row m; m itself unless another row gates it.</summary>
    public static string GateRow(string site) => $"steering.{site}.gate_row";

    /// <summary>
    /// f32 [3, M], or [0, M] when every row has s = 1. s_m = scale[0,m] + scale[1,m]·‖x‖₂ + scale[2,m]·(std(x) + 1e-5),
    /// std with d − 1 in the denominator: per-token input normalisation, and strengths relative to the residual's norm.
    /// </summary>
    public static string Scale(string site) => $"steering.{site}.scale";

    /// <summary>
    /// f32 [B or 1, 4 + 2K, M], or [1, 0, M] when unused. attenuation(v) = 1 − strength·sigmoid(a·v² + b·v + c)
    /// + Σ_k slope_k · max(0, v − knot_k). Rows: strength, a, b, c, K knots, K slopes.
    /// </summary>
    public static string Attenuation(string site) => $"steering.{site}.attenuation";

    /// <summary>f32 [D, d]: the whole encoder, only for latents whose activity depends on all others (TopK).</summary>
    public static string Encoder(string site) => $"steering.{site}.encoder";

    /// <summary>f32 [D]: bias of every latent of <see cref="Encoder"/>.</summary>
    public static string EncoderBias(string site) => $"steering.{site}.encoder_bias";

    /// <summary>
    /// i64 [1]: k + 1, 2 to D. A competing row is active where its z is among the k largest pre-activations (above the
    /// middle between the k-th and the (k + 1)-th) and above its own threshold. The pre-activations are (x·encoder)/s + encoder_bias with the s of the competing rows, which
    /// all read the encoder's input and so share it. Feed 1 when D is 0.
    /// </summary>
    public static string EncoderRank(string site) => $"steering.{site}.encoder_rank";

    /// <summary>Output f32 [B, S, M]: v, before the edit; [1, 1, 0] where M is 0.</summary>
    public static string Activations(string site) => $"steering.{site}.activations";

    /// <summary>Output f32 [B, S, d]: the residual stream that the next block reads, so after the edit.</summary>
    public static string Residual(string site) => $"steering.{site}.residual";

    /// <summary>Name of the residual stream after a block, as in <c>resid_post.15</c>.</summary>
    /// <param name="block">Block index, 0-based.</param>
    public static string ResidualSite(int block) => $"resid_post.{block}";

    /// <summary>The inputs of a site, in the order in which they stand in the graph.</summary>
    public static string[] Inputs(string site) =>
        [Read(site), Write(site), Dials(site), GateRow(site), Scale(site), Attenuation(site), Encoder(site), EncoderBias(site), EncoderRank(site)];
}
