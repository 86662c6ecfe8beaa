using System.Text.Json;
using Steering.Policies;

namespace Steering.Tests;

/// <summary>Says the reference's policies in ours.</summary>
internal static class OraclePolicy
{
    public static SteeringPolicy ToPolicy(JsonElement policy, string site)
    {
        var empty = SteeringPolicy.Create(policy.GetProperty("name").GetString()!) with
        {
            SkipPositionZero = policy.TryGetProperty("skip_position_0", out var skip) && skip.GetBoolean(),
        };
        var features = policy.TryGetProperty("features", out _) ? policy.Ints("features") : [];
        return policy.GetProperty("op").GetString() switch
        {
            "none" => empty,
            "add" => empty.With(Strength(SteeringOperator.Add)),
            "clamp" => empty.With(Strength(SteeringOperator.Clamp)),
            "clamp_if_active" => empty.With(Strength(SteeringOperator.ClampWhereActive)),
            "cap" => empty.With(Strength(SteeringOperator.Cap)),
            "floor" => empty.With(Strength(SteeringOperator.Floor)),
            "scale" => empty.Scale(Feature.Of(features), policy.Float("gain")),
            "ablate" => empty.Ablate(Feature.Of(features)),
            "add_if_active" => empty.Add(
                Feature.Of(policy.GetProperty("write").GetInt32()),
                policy.Float("value"),
                StrengthUnit.Raw,
                new TokenGate { Target = Feature.Of(features), Threshold = policy.Float("gate"), Unit = StrengthUnit.Raw }),
            "projection_gain" => empty.ProjectionGain(Direction.At(site, policy.Floats("vector")), policy.Float("gain")),
            "vector_add" => empty.Add(Direction.At(site, policy.Floats("vector")), policy.Float("scale")),
            var other => throw new AssertFailedException($"The oracle's operator '{other}' is not known to this test."),
        };

        Intervention Strength(SteeringOperator kind) => new()
        {
            Target = Feature.Of(features),
            Operator = kind,
            Values = policy.Floats("values"),
            Unit = StrengthUnit.Raw,
        };
    }
}
