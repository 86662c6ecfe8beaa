using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Tests.Sdk.Policies;

[TestClass]
public sealed class PolicyJsonTests
{
    private const string Everything = """
        {
          "$schema": "policy.schema.json",
          "version": 1,
          "name": "everything",
          "description": "One of each.",
          "skipPositionZero": false,
          "saes": { "main": "saes/l15", "other": { "path": "saes/l3", "site": "resid_post.3" } },
          "interventions": [
            { "name": "dogs", "target": { "sae": "main", "feature": 4514 }, "operator": "clamp", "value": 2.5 },
            { "target": { "sae": "main", "features": [1, 2] }, "operator": "add", "values": [-0.5, 1e-3], "unit": "raw", "span": "prompt", "skipPositionZero": true },
            { "target": { "sae": "other", "feature": 7 }, "operator": "scale", "gain": -1, "gate": { "kind": "token", "target": { "sae": "other", "feature": 9 }, "threshold": 0.25 } },
            { "target": { "vector": "calm.gguf", "firstBlock": 8, "lastBlock": 22, "normalize": false }, "operator": "add", "value": 0.1, "gate": { "kind": "prompt", "target": { "direction": [0, 1.5], "site": "resid_post.3" }, "threshold": -2, "unit": "raw" } },
            { "target": { "vector": "calm.safetensors", "site": "resid_post.3" }, "operator": "projectionGain", "gain": 0, "gate": { "kind": "callback", "name": "night" } },
            { "target": { "direction": [1, 0], "site": "resid_post.3" }, "operator": "cap", "value": 0.5, "unit": "residualNorm", "gate": { "kind": "always" }, "span": "both" }
          ]
        }
        """;

    [TestMethod]
    public void Parse_OfEveryField_GivesTheModel()
    {
        var policy = SteeringPolicy.Parse(Everything);
        var expected = new SteeringPolicy
        {
            Name = "everything",
            Description = "One of each.",
            SkipPositionZero = false,
            Saes = new Dictionary<string, SaeReference> { ["main"] = new("saes/l15"), ["other"] = new("saes/l3", "resid_post.3") },
            Interventions =
            [
                new() { Name = "dogs", Target = Feature.Of("main", 4514), Operator = new ClampOperator { Values = [2.5f] } },
                new() { Target = Feature.Of("main", 1, 2), Operator = new AddOperator { Values = [-0.5f, 1e-3f], Unit = StrengthUnit.Raw }, Span = InterventionSpan.Prompt, SkipPositionZero = true },
                new() { Target = Feature.Of("other", 7), Operator = new ScaleOperator { Gain = -1 }, Gate = Gate.Token(Feature.Of("other", 9), 0.25f) },
                new()
                {
                    Target = Direction.FromFile("calm.gguf", 8, 22) with { Normalize = false },
                    Operator = new AddOperator { Values = [0.1f] },
                    Gate = Gate.Prompt(Direction.At("resid_post.3", [0, 1.5f]), -2, StrengthUnit.Raw),
                },
                new() { Target = Direction.FromFile("calm.safetensors", "resid_post.3"), Operator = new ProjectionGainOperator { Gain = 0 }, Gate = Gate.Callback("night") },
                new() { Target = Direction.At("resid_post.3", [1, 0]), Operator = new CapOperator { Values = [0.5f], Unit = StrengthUnit.ResidualNorm }, Span = InterventionSpan.Both },
            ],
        };
        Assert.AreEqual(expected, policy);
        Assert.AreEqual(expected.GetHashCode(), policy.GetHashCode());
        Assert.AreNotEqual(expected with { SkipPositionZero = true }, policy);
        Assert.AreNotEqual(expected with { Interventions = [.. expected.Interventions.Take(5)] }, policy);
    }

    [TestMethod]
    public void ToJson_OfEveryField_ReadsBackEqual()
    {
        var policy = SteeringPolicy.Parse(Everything);
        Assert.AreEqual(policy, SteeringPolicy.Parse(policy.ToJson()));
    }

    [TestMethod]
    public void ToJson_Always_IsStable() =>
        Assert.AreEqual(
            """
            {
              "version": 1,
              "name": "calm",
              "skipPositionZero": true,
              "saes": {
                "main": "saes/l15"
              },
              "interventions": [
                {
                  "target": {
                    "sae": "main",
                    "feature": 4514
                  },
                  "operator": "clamp",
                  "value": 2
                },
                {
                  "name": "ü",
                  "target": {
                    "features": [
                      1,
                      2
                    ]
                  },
                  "operator": "ablate",
                  "gate": {
                    "kind": "token",
                    "target": {
                      "feature": 3
                    },
                    "threshold": 0.1,
                    "unit": "raw"
                  },
                  "span": "completion"
                }
              ]
            }

            """,
            Encoding.UTF8.GetString(SteeringPolicy.Create("calm")
                .WithSae("main", "saes/l15")
                .Clamp(Feature.Of("main", 4514), 2)
                .Ablate(Feature.Of(1, 2), Gate.Token(Feature.Of(3), 0.1f, StrengthUnit.Raw), InterventionSpan.Completion, "ü")
                .ToJson()));

    [TestMethod]
    public void Serializer_WithSourceGeneration_ReadsAndWrites()
    {
        var policy = SteeringPolicy.Parse(Everything);
        var json = JsonSerializer.Serialize(policy, PolicyJsonContext.Default.SteeringPolicy);
        Assert.AreEqual(policy, JsonSerializer.Deserialize(json, PolicyJsonContext.Default.SteeringPolicy));
        Assert.AreEqual(policy, JsonSerializer.Deserialize<SteeringPolicy>(json));
        Refusal.Of(() => JsonSerializer.Deserialize<SteeringPolicy>("""{ "version": 1, "name": "p", "colour": 1 }"""), "unknown field 'colour'");
    }

    [TestMethod]
    public void Parse_WithoutOptionalFields_TakesTheDefaults()
    {
        var policy = SteeringPolicy.Parse("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate" } ] }""");
        Assert.IsTrue(policy.SkipPositionZero);
        Assert.AreEqual(Gate.Always, policy.Interventions[0].Gate);
        Assert.AreEqual(InterventionSpan.Both, policy.Interventions[0].EffectiveSpan);
        Assert.AreEqual(StrengthUnit.MaxActivation, policy.Interventions[0].EffectiveUnit);
        Assert.AreEqual("ablate sae#1", policy.Interventions[0].DisplayName);
        Assert.IsNull(policy.Folder);
    }

    [TestMethod]
    public void Parse_WithAByteOrderMark_ReadsOn() =>
        Assert.AreEqual("p", SteeringPolicy.Parse([0xEF, 0xBB, 0xBF, .. """{ "version": 1, "name": "p" }"""u8]).Name);
}

/// <summary>A context of the application's own, in which policies stand as any other type.</summary>
[JsonSerializable(typeof(SteeringPolicy))]
internal sealed partial class PolicyJsonContext : JsonSerializerContext;
