namespace Steering.Sockets;

/// <summary>
/// The numbers that one row of a socket is turned by. A row reads <c>z = (x·read)/s + bias</c>, keeps
/// <c>v = z &gt; threshold ? z : 0</c>, and, where its gate is open and the token's position is at least
/// <see cref="FirstPosition"/>, replaces v by <c>clamp(gain·v·attenuation(v) + offset, low, high)</c>.
/// The order is the order of the groups in the <c>dials</c> input.
/// </summary>
public enum Dial
{
    /// <summary>Added to the projection; the latent's encoder bias with every fold applied. Neutral: 0.</summary>
    Bias,

    /// <summary>Activation threshold θ, strict: a value of exactly θ is inactive. −∞ reads linearly. Neutral: −∞.</summary>
    Threshold,

    /// <summary>1 where the row competes with all latents of the site's encoder for the k places, else 0.</summary>
    Competes,

    /// <summary>Gain α on the activation. Neutral: 1.</summary>
    Gain,

    /// <summary>Offset β added after the gain. Neutral: 0.</summary>
    Offset,

    /// <summary>Lower bound of the edited value. Neutral: −∞ (written as <see cref="float.MinValue"/>).</summary>
    Low,

    /// <summary>Upper bound of the edited value. Neutral: +∞ (written as <see cref="float.MaxValue"/>).</summary>
    High,

    /// <summary>The gate opens where the gating row's v exceeds this, strictly. −∞: always open. +∞: closed.</summary>
    Gate,

    /// <summary>First token position (0-based, padding excluded) that is edited: 0 edits every token, 1 leaves position 0 alone.</summary>
    FirstPosition,
}
