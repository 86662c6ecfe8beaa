namespace Steering.Export.Checkpoints;

/// <summary>
/// The rotary settings of a <c>config.json</c>, written either as <c>rope_parameters</c> (transformers 5; for gemma3 one
/// object for each kind of attention) or as <c>rope_theta</c> with <c>rope_scaling</c> (before).
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
            return new HuggingFaceRotary(theta ?? defaultTheta, local, Checked(json, fractionKey, fraction ?? defaultFraction), scaling is null ? null : ReadScaling(scaling));
        }

        var full = parameters.OptionalObject("full_attention") ?? parameters;
        var sliding = parameters.OptionalObject("sliding_attention");
        var result = new HuggingFaceRotary(
            full.OptionalNumber("rope_theta") ?? theta ?? defaultTheta,
            sliding?.Number("rope_theta") ?? local,
            Checked(full, "partial_rotary_factor", full.OptionalNumber("partial_rotary_factor") ?? fraction ?? defaultFraction),
            ReadScaling(full));
        if (sliding is not null)
        {
            parameters.RefuseUnknown(NothingElse);
            if (ReadScaling(sliding) is { } unsupported)
            {
                throw sliding.Wrong("rope_type", unsupported.Type, "default (scaling of sliding blocks is not supported)");
            }
        }

        if (theta is { } other && other != result.Theta)
        {
            throw json.Wrong(thetaKey, $"{other}", $"the {result.Theta} of rope_parameters");
        }

        return result;
    }

    private static float Checked(ConfigJson json, string key, float fraction) =>
        fraction <= 1 ? fraction : throw json.Wrong(key, $"{fraction}", "a number above 0, at most 1");

    private static RopeScaling? ReadScaling(ConfigJson json)
    {
        var legacy = json.OptionalText("type");
        var type = json.OptionalText("rope_type") ?? legacy ?? "default";
        RopeScaling? scaling = type switch
        {
            "default" => null,
            "linear" => new RopeScaling(type, json.Number("factor"), 0, 0, 0),
            "llama3" => new RopeScaling(type, json.Number("factor"), json.Number("low_freq_factor"), json.Number("high_freq_factor"), json.Integer("original_max_position_embeddings", 1, int.MaxValue)),
            _ => throw json.Wrong("rope_type", type, "default, linear or llama3"),
        };
        json.RefuseUnknown(BesideScaling);
        return scaling;
    }
}

/// <summary>Rotary scaling by name with its numbers, as in a Hugging Face <c>rope_parameters</c>.</summary>
/// <param name="Type"><c>rope_type</c>: llama3, linear …</param>
/// <param name="Factor"><c>factor</c>.</param>
/// <param name="LowFrequencyFactor"><c>low_freq_factor</c>.</param>
/// <param name="HighFrequencyFactor"><c>high_freq_factor</c>.</param>
/// <param name="OriginalContextLength"><c>original_max_position_embeddings</c>.</param>
public sealed record RopeScaling(string Type, float Factor, float LowFrequencyFactor, float HighFrequencyFactor, int OriginalContextLength);
