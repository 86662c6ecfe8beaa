using System.Text.Json;
using Steering.Policies;
using Steering.Policies.Operators;

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
            "add" => empty.With(Edit(new AddOperator { Values = policy.Floats("values"), Unit = StrengthUnit.Raw })),
            "clamp" => empty.With(Edit(new ClampOperator { Values = policy.Floats("values"), Unit = StrengthUnit.Raw })),
            "clamp_if_active" => empty.With(Edit(new ClampWhereActiveOperator { Values = policy.Floats("values"), Unit = StrengthUnit.Raw })),
            "cap" => empty.With(Edit(new CapOperator { Values = policy.Floats("values"), Unit = StrengthUnit.Raw })),
            "floor" => empty.With(Edit(new FloorOperator { Values = policy.Floats("values"), Unit = StrengthUnit.Raw })),
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

        Intervention Edit(SteeringOperator edit) => new() { Target = Feature.Of(features), Operator = edit };
    }
}
