using System.Text.Json;
using Steering.Saes;
using Steering.Training.Autoencoders;

namespace Steering.Tests.Training.Autoencoders;

/// <summary>A training configuration of SAELens 6 as one of our kinds: every key is honoured or refused by name.</summary>
internal sealed class SaeLensTrainingConfig(JsonElement config)
{
    private readonly HashSet<string> _left = [.. config.EnumerateObject().Select(key => key.Name)];

    public SaeKind ToKind()
    {
        // What says how the run goes, not what is computed on given parameters and a batch.
        Skip("d_in", "d_sae", "device", "metadata", "decoder_init_norm", "l1_coefficient", "l0_coefficient", "l1_warm_up_steps", "l0_warm_up_steps", "jumprelu_init_threshold", "topk_threshold_lr", "use_sparse_activations");
        Expect("dtype", "float32");
        Expect("reshape_activations", "none");
        var kind = Settings(config.GetProperty("architecture").GetString()!);
        Skip("architecture");
        var settings = kind with
        {
            SubtractDecoderBias = Flag("apply_b_dec_to_input", true),
            Normalisation = Normalisation(Text("normalize_activations", "none")),
            UnitNormDecoder = false,
        };
        return _left.Count == 0 ? settings.Create() : throw new NotSupportedException($"unknown keys: {string.Join(", ", _left)}");
    }

    private SaeKindSettings Settings(string architecture) => architecture switch
    {
        "topk" => Ranked(new TopKSettings()),
        "abstopk" => Ranked(new AbsTopKSettings()),
        "batchtopk" => Ranked(new BatchTopKSettings()),
        "matryoshka_batchtopk" => Ranked(new MatryoshkaSettings
        {
            Widths = Take("matryoshka_widths") is { } widths ? [.. widths.EnumerateArray().Select(width => width.GetInt32())] : [],
            AuxiliaryByPrefix = Flag("use_matryoshka_aux_loss", false),
            Weighting = PrefixWeighting.Sum,
        }),
        "standard" => new ReluSettings { LpNorm = Number("lp_norm", 1) },
        "gated" => new GatedSettings { GateReconstruction = GateReconstruction.SaeLens },
        "jumprelu" => new JumpReluSettings
        {
            Bandwidth = Number("jumprelu_bandwidth", 0.05),
            Penalty = Enum.Parse<JumpReluPenalty>(Text("jumprelu_sparsity_loss_mode", "step"), ignoreCase: true),
            PreActivationCoefficient = Number("pre_act_loss_coefficient", 0),
            TanhScale = Number("jumprelu_tanh_scale", 4),
            TrainEncoderByJump = Flag("jumprelu_ste_to_input", false),
            QuadraticTarget = Take("target_l0")?.GetDouble(),
        },
        _ => throw new NotSupportedException($"architecture {architecture}"),
    };

    private RankedSettings Ranked(RankedSettings settings) => settings with
    {
        K = Number("k", 100),
        RescaleByDecoderNorm = Flag("rescale_acts_by_decoder_norm", true),
        Auxiliary = new AuxiliarySettings { Form = AuxiliaryForm.SaeLens, Coefficient = Number("aux_loss_coefficient", 1) },
    };

    private static InputNormalisation Normalisation(string name) => name switch
    {
        // The average's factor is applied before the autoencoder sees the batch.
        "none" or "expected_average_only_in" => InputNormalisation.None,
        "constant_norm_rescale" => InputNormalisation.ConstantNorm,
        "layer_norm" => InputNormalisation.LayerNorm,
        _ => throw new NotSupportedException($"normalize_activations {name}"),
    };

    private JsonElement? Take(string name)
    {
        _left.Remove(name);
        return config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private double Number(string name, double otherwise) => Take(name)?.GetDouble() ?? otherwise;

    private bool Flag(string name, bool otherwise) => Take(name)?.GetBoolean() ?? otherwise;

    private string Text(string name, string otherwise) => Take(name)?.GetString() ?? otherwise;

    private void Expect(string name, string only)
    {
        if (Text(name, only) is var value && value != only)
        {
            throw new NotSupportedException($"{name} {value}");
        }
    }

    private void Skip(params string[] names) => _left.ExceptWith(names);
}
