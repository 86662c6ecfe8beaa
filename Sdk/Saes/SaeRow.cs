namespace Steering.Saes;

/// <summary>
/// One latent as a row of a socket (<see cref="Sockets.SocketLayout"/>): z = (x·Read)/s + Bias with
/// s = ScaleConstant + ScaleNorm·‖x‖₂ + ScaleDeviation·(std(x) + 1e-5); v = z where z &gt; Threshold (and, for a competing
/// row, where z exceeds the (k + 1)-th largest pre-activation of the token), else 0. v is the activation that
/// <see cref="SparseAutoencoder.Encode"/> returns, and x + s·(v′ − v)·Write changes the reconstruction as decode(a′) − decode(a) does.
/// </summary>
/// <remarks>
/// SAELens' LayerNorm divides by std + 1e-5 on the way in and multiplies by std on the way out; the socket has one
/// scale for both, so there an edit is larger by the factor 1 + 1e-5/std.
/// </remarks>
/// <param name="Read">[d], every fold applied: decoder norm, gate, global input scale, LayerNorm's mean.</param>
/// <param name="Write">[d], decoder row in units of the activation.</param>
/// <param name="Bias">Encoder bias with the decoder bias, where it is subtracted from the input, folded in.</param>
/// <param name="Threshold">Activation threshold, strict, at least 0.</param>
/// <param name="Competes">True where the latent competes with all others for k places.</param>
/// <param name="ScaleConstant">Constant part of s.</param>
/// <param name="ScaleNorm">Part of s that goes with ‖x‖₂.</param>
/// <param name="ScaleDeviation">Part of s that goes with std(x) + 1e-5.</param>
public sealed record SaeRow(
    float[] Read,
    float[] Write,
    float Bias,
    float Threshold,
    bool Competes,
    float ScaleConstant,
    float ScaleNorm,
    float ScaleDeviation);
