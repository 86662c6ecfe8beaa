namespace Steering.Export.Checkpoints;

/// <summary>
/// The rotary settings of a <c>config.json</c>, written either as <c>rope_parameters</c> (transformers 5; for gemma3 one
/// object for each kind of attention) or as <c>rope_theta</c> with <c>rope_scaling</c> (before). Where both are there,
/// <c>rope_scaling</c> was added by hand and counts, as in transformers.
/// </summary>
internal readonly record struct HuggingFaceRotary(float Theta, float? LocalTheta, float Fraction, RopeScaling? Scaling)
{
    private const float DefaultTheta = 10_000;

    /// <summary>In <c>rope_parameters</c> these stand beside the scaling.</summary>
    private static readonly HashSet<string> BesideScaling = new(StringComparer.Ordinal) { "rope_theta", "partial_rotary_factor" };

    private static readonly HashSet<string> NothingElse = new(StringComparer.Ordinal);

    public static HuggingFaceRotary Read(ConfigJson json, float defaultTheta = DefaultTheta, float defaultFraction = 1, string thetaKey = "rope_theta", string fractionKey = "partial_rotary_factor")
    {
        var theta = json.OptionalNumber(thetaKey);
        var fraction = json.OptionalNumber(fractionKey);
        var local = json.OptionalNumber("rope_local_base_freq");
        var scaling = json.OptionalObject("rope_scaling");
        if (json.OptionalObject("rope_parameters") is not { } parameters)
        {
            return new HuggingFaceRotary(theta ?? defaultTheta, local, Checked(json, fractionKey, fraction ?? defaultFraction), scaling is null ? null : ReadScaling(json, scaling));
        }

        var full = parameters.OptionalObject("full_attention") ?? parameters;
        var sliding = parameters.OptionalObject("sliding_attention");
        var other = ReadScaling(json, full);
        var result = new HuggingFaceRotary(
            full.OptionalNumber("rope_theta") ?? theta ?? defaultTheta,
            sliding?.Number("rope_theta") ?? local,
            Checked(full, "partial_rotary_factor", full.OptionalNumber("partial_rotary_factor") ?? fraction ?? defaultFraction),
            scaling is null ? other : ReadScaling(json, scaling));
        if (scaling is not null && other is not null && !string.Equals(other.Type, result.Scaling?.Type, StringComparison.Ordinal))
        {
            throw json.Wrong("rope_scaling", result.Scaling?.Type ?? "default", $"nothing, or the {other.Type} of rope_parameters; keep one of the two");
        }

        if (sliding is not null)
        {
            parameters.RefuseUnknown(NothingElse);
            if (ReadScaling(json, sliding) is { } unsupported)
            {
                throw sliding.Wrong("rope_type", unsupported.Type, "default (scaling of sliding blocks is not supported)");
            }
        }

        if (theta is { } given && given != result.Theta)
        {
            throw json.Wrong(thetaKey, $"{given}", $"the {result.Theta} of rope_parameters");
        }

        return result;
    }

    private static float Checked(ConfigJson json, string key, float fraction) =>
        fraction <= 1 ? fraction : throw json.Wrong(key, $"{fraction}", "a number above 0, at most 1");

    /// <param name="model">The whole configuration, which gives the context where the scaling does not.</param>
    /// <param name="json">The object that names the scaling.</param>
    private static RopeScaling? ReadScaling(ConfigJson model, ConfigJson json)
    {
        var legacy = json.OptionalText("type");
        var type = json.OptionalText("rope_type") ?? legacy ?? "default";
        var scaling = type switch
        {
            "default" => null,
            "linear" => new RopeScaling(type, json.Number("factor"), 0, 0, 0),
            "dynamic" => new RopeScaling(type, json.Number("factor"), 0, 0, Context(model)),
            "llama3" => new RopeScaling(type, json.Number("factor"), json.Number("low_freq_factor"), json.Number("high_freq_factor"), json.Integer("original_max_position_embeddings", 1, int.MaxValue)),
            "yarn" => Yarn(model, json),
            "longrope" or "su" => LongRope(model, json),
            _ => throw json.Wrong("rope_type", type, "default, linear, dynamic, llama3, yarn or longrope"),
        };
        json.RefuseUnknown(BesideScaling);
        return scaling;
    }

    private static int Context(ConfigJson model) => model.Integer("max_position_embeddings", 1, int.MaxValue);

    private static RopeScaling Yarn(ConfigJson model, ConfigJson json)
    {
        var factor = json.Number("factor");
        var (scale, scaleAll) = (json.OptionalNumber("mscale"), json.OptionalNumber("mscale_all_dim"));
        var given = json.OptionalNumber("attention_factor");
        return new RopeScaling("yarn", factor, 0, 0, json.OptionalInteger("original_max_position_embeddings", 1, int.MaxValue) ?? Context(model))
        {
            AttentionFactor = given ?? (scale is { } one && scaleAll is { } all ? Sharpening(factor, one) / Sharpening(factor, all) : Sharpening(factor, 1)),
            BetaFast = json.OptionalNumber("beta_fast") ?? 32,
            BetaSlow = json.OptionalNumber("beta_slow") ?? 1,
            Truncates = json.Flag("truncate", true),
        };
    }

    private static RopeScaling LongRope(ConfigJson model, ConfigJson json)
    {
        var context = Context(model);
        var inside = json.OptionalInteger("original_max_position_embeddings", 1, int.MaxValue);
        var original = model.OptionalInteger("original_max_position_embeddings", 1, int.MaxValue) ?? inside ?? context;
        var factor = json.OptionalNumber("factor") ?? (float)((double)context / original);
        return new RopeScaling("longrope", factor, 0, 0, original)
        {
            AttentionFactor = json.OptionalNumber("attention_factor") ?? (factor <= 1 ? 1 : (float)Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original)))),
            ShortFactors = json.Numbers("short_factor"),
            LongFactors = json.Numbers("long_factor"),
        };
    }

    // YaRN (arXiv 2309.00071), equation 22, with the weight m of DeepSeek's form.
    private static float Sharpening(float factor, float m) => factor <= 1 ? 1 : (float)((0.1 * m * Math.Log(factor)) + 1);
}

/// <summary>Rotary scaling by name with its numbers, as in a Hugging Face <c>rope_parameters</c>.</summary>
/// <param name="Type"><c>rope_type</c>: linear, dynamic, llama3, yarn, longrope.</param>
/// <param name="Factor"><c>factor</c>.</param>
/// <param name="LowFrequencyFactor"><c>low_freq_factor</c>.</param>
/// <param name="HighFrequencyFactor"><c>high_freq_factor</c>.</param>
/// <param name="OriginalContextLength"><c>original_max_position_embeddings</c>; for dynamic the length from which it scales.</param>
public sealed record RopeScaling(string Type, float Factor, float LowFrequencyFactor, float HighFrequencyFactor, int OriginalContextLength)
{
    /// <summary>Factor on cosines and sines (<c>attention_factor</c>, or what follows from the other numbers).</summary>
    public float AttentionFactor { get; init; } = 1;

    /// <summary><c>beta_fast</c> of yarn: pairs that turn more often over the original context keep their frequency.</summary>
    public float BetaFast { get; init; } = 32;

    /// <summary><c>beta_slow</c> of yarn: pairs that turn less often are slowed by the whole factor.</summary>
    public float BetaSlow { get; init; } = 1;

    /// <summary><c>truncate</c> of yarn: whether the borders between the two are rounded to whole pairs.</summary>
    public bool Truncates { get; init; } = true;

    /// <summary><c>short_factor</c> of longrope: divisor of each frequency up to the original context; empty otherwise.</summary>
    public IReadOnlyList<float> ShortFactors { get; init; } = [];

    /// <summary><c>long_factor</c> of longrope: divisor beyond it; empty otherwise.</summary>
    public IReadOnlyList<float> LongFactors { get; init; } = [];

    /// <summary>Whether the frequencies depend on the length of the sequence so far.</summary>
    internal bool DependsOnLength => Type is "dynamic" or "longrope";
}
