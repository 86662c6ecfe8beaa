using System.Text.Json;
using Json.Schema;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Tests.Sdk.Policies;

/// <summary>The schema says what the reader does: the same fields, the same words, the same verdicts.</summary>
[TestClass]
public sealed class PolicySchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(PolicySchema.Text).RootElement;

    [TestMethod]
    public void Fields_OfEveryObject_AreTheReaders()
    {
        AssertFields(PolicyFields.Policy, Schema);
        AssertFields(PolicyFields.Sae, Definition("sae"));
        AssertFields(PolicyFields.Intervention, Definition("intervention"));
        foreach (var (definition, fields) in OperatorRegistry.Objects)
        {
            AssertFields(fields, Definition(definition));
        }

        AssertFields(PolicyFields.FeatureTarget, Definition("featureTarget"));
        AssertFields(PolicyFields.DirectionTarget, Definition("directionTarget"));
        AssertFields(PolicyFields.AlwaysGate, Definition("alwaysGate"));
        AssertFields(PolicyFields.ActivationGate, Definition("activationGate"));
        AssertFields(PolicyFields.CallbackGate, Definition("callbackGate"));
        Assert.AreEqual(SteeringPolicy.CurrentVersion, Schema.GetProperty("properties").GetProperty("version").GetProperty("const").GetInt32());
        Assert.AreEqual(SteeringPolicy.MaximumInterventions, Schema.GetProperty("properties").GetProperty("interventions").GetProperty("maxItems").GetInt32());
        Assert.AreEqual(SteeringPolicy.MaximumFeatures, Definition("featureTarget").GetProperty("properties").GetProperty("features").GetProperty("maxItems").GetInt32());
    }

    [TestMethod]
    public void Words_OfEveryEnumeration_AreTheModels()
    {
        AssertWords(OperatorRegistry.Words, Definition("intervention"), "operator");
        AssertWords(Words<StrengthUnit>.All, Definition("intervention"), "unit");
        AssertWords(Words<InterventionSpan>.All, Definition("intervention"), "span");
        AssertWords(PolicyFields.ThresholdUnits, Definition("activationGate"), "unit");
        string[] kinds =
        [
            Definition("alwaysGate").GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()!,
            .. Definition("activationGate").GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray().Select(word => word.GetString()!),
            Definition("callbackGate").GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()!,
            Definition("stepGate").GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()!,
        ];
        CollectionAssert.AreEqual(PolicyFields.GateKinds, kinds);
    }

    [TestMethod]
    public void RandomPolicies_Always_FulfilTheSchema()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            using var document = JsonDocument.Parse(PolicySamples.Policy(new Random(seed)).ToJson());
            Assert.IsTrue(Rules.Evaluate(document.RootElement).IsValid, $"seed {seed}: {document.RootElement}");
        }
    }

    [TestMethod]
    [DataRow("""{ "version": 2, "name": "p" }""")]
    [DataRow("""{ "version": 1 }""")]
    [DataRow("""{ "version": 1, "name": "p", "colour": 1 }""")]
    [DataRow("""{ "version": 1, "name": "p", "saes": { "a": {} } }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "clamp" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "clamp", "value": 1, "values": [1] } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "clamp", "value": 1, "gain": 1 } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "scale", "gain": 1, "unit": "raw" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate", "value": 1 } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "projectionGain", "gain": 1 } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "vector": "a.gguf" }, "operator": "scale", "gain": 1 } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "vector": "a.pt" }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "vector": "a.gguf", "site": "resid_post.3", "lastBlock": 3 }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "direction": [1] }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": -1 }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "features": [1, 1] }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1, "features": [1] }, "operator": "ablate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "clamp", "value": 1e40 } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate", "gate": "always" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate", "gate": { "kind": "token", "threshold": 1 } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate", "gate": { "kind": "always", "name": "x" } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "attenuate" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "attenuate", "value": 1, "attenuation": { "posteriors": [ { "knots": [1], "values": [1] } ] } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "attenuate", "attenuation": { "posteriors": [ { "knots": [1], "values": [2] } ] } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "attenuate", "attenuation": { "posteriors": [ { "weights": [1], "means": [1], "deviations": [1] } ] } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "ablate", "range": { "means": [1], "deviations": [1] } } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": 1 }, "operator": "dampen" } ] }""")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [ { "target": { "vector": "a.gguf" }, "operator": "fullMask" } ] }""")]
    public void Documents_ThatTheReaderRefuses_AreRefusedByTheSchema(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.IsFalse(Rules.Evaluate(document.RootElement).IsValid);
        Assert.ThrowsExactly<SteeringException>(() => SteeringPolicy.Parse(json));
    }

    /// <summary>The schema as an independent implementation reads it.</summary>
    internal static JsonSchema Rules { get; } = JsonSchema.FromText(PolicySchema.Text);

    private static JsonElement Definition(string name) => Schema.GetProperty("$defs").GetProperty(name);

    private static void AssertFields(string[] expected, JsonElement schema)
    {
        var properties = schema.GetProperty("properties").EnumerateObject().ToArray();
        CollectionAssert.AreEquivalent(expected, properties.Select(property => property.Name).ToArray());
        Assert.IsFalse(schema.GetProperty("additionalProperties").ValueKind == JsonValueKind.True);
        foreach (var property in properties)
        {
            Assert.IsTrue(property.Value.TryGetProperty("description", out _), $"{property.Name} is not described.");
        }
    }

    private static void AssertWords(IReadOnlyList<string> expected, JsonElement schema, string property) =>
        CollectionAssert.AreEqual(
            expected.ToArray(),
            schema.GetProperty("properties").GetProperty(property).GetProperty("enum").EnumerateArray().Select(word => word.GetString()).ToArray());
}
