namespace Steering.Saes;

/// <summary>
/// An autoencoder as its file gives it, before any fold: what a format's loader or a trainer fills in and hands to
/// <see cref="SparseAutoencoder.Create"/>. With s the token's input normalisation, c = <see cref="ActivationScale"/> and
/// W the rows below: z = W_enc·(c·norm(x) − b_dec·[ApplyDecoderBiasToInput]) + b_enc, x̂ = norm⁻¹((Σ a·g·W_dec + b_dec)/c).
/// </summary>
public sealed record SaeParameters
{
    /// <summary>Where it came from, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>Activation function.</summary>
    public required SaeArchitecture Architecture { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of latents D.</summary>
    public required int LatentCount { get; init; }

    /// <summary>[D, d] encoder, one row a latent; empty for matching pursuit, which reads by the decoder. Taken over and changed.</summary>
    public required float[] Encoder { get; init; }

    /// <summary>[D, d] decoder, one row a latent. Taken over and changed.</summary>
    public required float[] Decoder { get; init; }

    /// <summary>[D] encoder bias; empty for gated and matching pursuit.</summary>
    public float[] EncoderBias { get; init; } = [];

    /// <summary>[d] decoder bias.</summary>
    public required float[] DecoderBias { get; init; }

    /// <summary>[D] thresholds; empty except for JumpReLU, BatchTopK and Matryoshka.</summary>
    public float[] Threshold { get; init; } = [];

    /// <summary>[D] bias of the gate (gated).</summary>
    public float[] GateBias { get; init; } = [];

    /// <summary>[D] bias of the magnitude (gated).</summary>
    public float[] MagnitudeBias { get; init; } = [];

    /// <summary>[D] natural logarithm of the magnitude's scale (gated).</summary>
    public float[] MagnitudeLogScale { get; init; } = [];

    /// <summary>[D] factor g on the activations in the decoder (SAELens' fine-tuning scaling factor); empty: 1.</summary>
    public float[] DecoderGain { get; init; } = [];

    /// <summary>Whether the decoder bias is subtracted from the input.</summary>
    public bool ApplyDecoderBiasToInput { get; init; } = true;

    /// <summary>Per-token normalisation of the input.</summary>
    public InputNormalisation Normalisation { get; init; }

    /// <summary>One global factor c on the input, undone on the output.</summary>
    public float ActivationScale { get; init; } = 1;

    /// <summary>Whether z is multiplied by the decoder row's norm before selection, and the activation divided by it in the decoder.</summary>
    public bool RescaleByDecoderNorm { get; init; }

    /// <summary>Number of places (TopK, AbsTopK).</summary>
    public int K { get; init; }

    /// <summary>Largest number of pursuit steps; 0: d (matching pursuit).</summary>
    public int MaxIterations { get; init; }

    /// <summary>Pursuit stops where the residual's norm falls below this; 0: never (matching pursuit).</summary>
    public float ResidualThreshold { get; init; }

    /// <summary>Pursuit stops where a step adds no latent (matching pursuit).</summary>
    public bool StopOnDuplicateSupport { get; init; } = true;

    /// <summary>Name of the model it was trained on, as its file gives it.</summary>
    public string? ModelName { get; init; }

    /// <summary>Hook point it was trained on, as its file gives it, e.g. <c>blocks.15.hook_resid_post</c>.</summary>
    public string? HookName { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the model's weights, where the file carries it.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>How it was trained, where the file says so.</summary>
    public SaeTrainingSummary? Training { get; init; }

    /// <summary>The same numbers in arrays of their own, for <see cref="SparseAutoencoder.Create"/> where these are still needed.</summary>
    public SaeParameters WithOwnArrays() => this with { Encoder = [.. Encoder], Decoder = [.. Decoder], DecoderBias = [.. DecoderBias] };
}

/// <summary>What is done to a token's residual before it is encoded, and undone after it is decoded.</summary>
public enum InputNormalisation
{
    /// <summary>Nothing per token. One global factor, where there is one, is folded into the weights.</summary>
    None,

    /// <summary>x·√d/‖x‖₂: SAELens' <c>constant_norm_rescale</c>.</summary>
    ConstantNorm,

    /// <summary>(x − mean)/(deviation + 1e-5), deviation with d − 1 in the denominator: SAELens' <c>layer_norm</c>.</summary>
    LayerNorm,
}
