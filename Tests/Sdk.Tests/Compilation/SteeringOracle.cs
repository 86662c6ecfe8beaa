using System.Text.Json;
using Steering.Policies;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>The reference policies of <c>steering.json</c> as policies of ours, on the SAE <c>main</c>.</summary>
internal static class SteeringOracle
{
    /// <summary>Site of the reference SAE.</summary>
    public const string Site = "resid_post.15";

    /// <summary>Reads the policies by name. The reference's position 0 is steered unless it says otherwise.</summary>
    /// <param name="steering">Path of <c>steering.json</c>.</param>
    public static IReadOnlyDictionary<string, SteeringPolicy> Policies(string steering)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(steering));
        var root = document.RootElement;
        var sae = root.GetProperty("sae").GetString()!;
        var policies = root.GetProperty("policies").EnumerateArray().ToDictionary(
            policy => policy.GetProperty("name").GetString()!,
            policy => Policy(policy, sae) with { Folder = Path.GetDirectoryName(Path.GetFullPath(steering)) },
            StringComparer.Ordinal);
        Assert.IsNotEmpty(policies, $"{steering} holds no policy.");
        return policies;
    }

    private static SteeringPolicy Policy(JsonElement policy, string sae)
    {
        var empty = SteeringPolicy.Create(policy.GetProperty("name").GetString()!).WithSae("main", sae) with
        {
            SkipPositionZero = policy.TryGetProperty("skip_position_0", out var skip) && skip.GetBoolean(),
        };
        return policy.GetProperty("op").GetString() switch
        {
            "none" => empty,
            "add" => empty.With(Features(policy, SteeringOperator.Add)),
            "clamp" => empty.With(Features(policy, SteeringOperator.Clamp)),
            "clamp_if_active" => empty.With(Features(policy, SteeringOperator.ClampWhereActive)),
            "cap" => empty.With(Features(policy, SteeringOperator.Cap)),
            "floor" => empty.With(Features(policy, SteeringOperator.Floor)),
            "scale" => empty.Scale(Target(policy), policy.GetProperty("gain").GetSingle()),
            "ablate" => empty.Ablate(Target(policy)),
            "add_if_active" => empty.Add(
                Feature.Of("main", policy.GetProperty("write").GetInt32()),
                policy.GetProperty("value").GetSingle(),
                StrengthUnit.Raw,
                Gate.Token(Target(policy), policy.GetProperty("gate").GetSingle(), StrengthUnit.Raw)),
            "projection_gain" => empty.ProjectionGain(Direction.At(Site, Numbers(policy, "vector")), policy.GetProperty("gain").GetSingle()),
            "vector_add" => empty.Add(Direction.At(Site, Numbers(policy, "vector")), policy.GetProperty("scale").GetSingle()),
            var other => throw new NotSupportedException($"The oracle has an operator '{other}' that this mapping does not know."),
        };
    }

    private static Intervention Features(JsonElement policy, SteeringOperator kind) =>
        new() { Target = Target(policy), Operator = kind, Values = Numbers(policy, "values"), Unit = StrengthUnit.Raw };

    private static FeatureTarget Target(JsonElement policy) =>
        Feature.Of("main", [.. policy.GetProperty("features").EnumerateArray().Select(feature => feature.GetInt32())]);

    private static float[] Numbers(JsonElement policy, string field) =>
        [.. policy.GetProperty(field).EnumerateArray().Select(number => number.GetSingle())];
}
