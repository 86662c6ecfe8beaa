using System.Text;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Tests.Sdk.Policies;

/// <summary>Every way in which a policy document is refused, with its sentence and its path.</summary>
[TestClass]
public sealed class PolicyRefusalTests
{
    private const string Feature = "\"target\": { \"feature\": 1 }";
    private const string Direction = "\"target\": { \"direction\": [1, 2], \"site\": \"resid_post.3\" }";

    [TestMethod]
    [DataRow("""{ "version": 2, "name": "p", "colour": "new" }""", "version: this library reads version 1 of the policy format, not 2; use a policy of version 1")]
    [DataRow("""{ "name": "p" }""", "the field 'version' is missing: write \"version\": 1.")]
    [DataRow("""{ "version": "1", "name": "p" }""", "version: expected a whole number of 32 bits, but found the text '1'.")]
    [DataRow("""{ "version": 1 }""", "the field 'name' is missing: give the policy a name.")]
    [DataRow("""{ "version": 1, "name": "" }""", "name: the text is empty.")]
    [DataRow("""{ "version": 1, "name": "a\u0007" }""", "name: the text holds control characters or half of a surrogate pair.")]
    [DataRow("""{ "version": 1, "name": null }""", "name: expected text, but found null (leave the field out instead).")]
    [DataRow("""{ "version": 1, "name": "p", "intervention": [] }""", "unknown field 'intervention' in a policy: did you mean 'interventions'?")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": {} }""", "interventions: expected interventions, a list, but found an object.")]
    [DataRow("""{ "version": 1, "name": "p", "skipPositionZero": 1 }""", "skipPositionZero: expected true or false, but found 1.")]
    [DataRow("""{ "version": 1, "name": "p", "saes": [] }""", "saes: expected an object from SAE id to folder.")]
    [DataRow("""{ "version": 1, "name": "p", "saes": { "a": 1 } }""", "saes.a: expected text, but found 1.")]
    [DataRow("""{ "version": 1, "name": "p", "saes": { "a": { "folder": "x" } } }""", "saes.a: unknown field 'folder' in an SAE")]
    [DataRow("""{ "version": 1, "name": "p", "saes": { "a": "" } }""", "saes.a: the text is empty.")]
    [DataRow("""[]""", "expected a policy, an object with the fields $schema, version, name")]
    [DataRow("""{ "version": 1, "name": "p", }""", "it is not strict JSON (no comments, no trailing commas, no field twice, at most 16 levels)")]
    [DataRow("""{ "version": 1, /* why */ "name": "p" }""", "it is not strict JSON")]
    [DataRow("""{ "version": 1, "name": "p", "name": "q" }""", "it is not strict JSON")]
    [DataRow("""{ "version": 1, "name": "p", "interventions": [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]] }""", "it is not strict JSON")]
    [DataRow("""{ "version": 1, "name": "\ud800" }""", "a text in it is not valid Unicode")]
    [DataRow("", "it is not strict JSON")]
    public void Document_ThatIsWrong_IsRefused(string json, string sentence) => Refusal.Of(() => SteeringPolicy.Parse(json), sentence);

    [TestMethod]
    [DataRow("""{ "operator": "ablate" }""", "interventions[0]: the field 'target' is missing: name a feature or a direction.")]
    [DataRow("{ " + Feature + " }", "interventions[0]: the field 'operator' is missing: one of add, clamp, clampWhereActive, scale, ablate, cap, floor, projectionGain, attenuate, rangeMask, dampen, fullMask.")]
    [DataRow("{ " + Feature + """, "operator": "clampp", "value": 1 }""", "interventions[0].operator: unknown operator 'clampp': did you mean 'clamp'?")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "vale": 1 }""", "interventions[0]: unknown field 'vale' in an intervention: did you mean 'value'?")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1, "unit": "max" }""", "interventions[0].unit: unknown unit 'max': did you mean 'raw'? Known are raw, maxActivation, residualNorm.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1, "span": "all" }""", "interventions[0].span: unknown span 'all'")]
    [DataRow("{ " + Feature + """, "operator": "clamp" }""", "interventions[0].value: clamp needs a value.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": "NaN" }""", "interventions[0].value: expected a number, but found the text 'NaN'.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1e39 }""", "interventions[0].value: 1e39 is not finite as a 32-bit floating-point number")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": -1e999 }""", "interventions[0].value: -1e999 is not finite as a 32-bit floating-point number")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1, "values": [1] }""", "interventions[0].values: give either 'value' for the whole target or 'values', one a feature, not both.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "values": [1, 2] }""", "interventions[0].values: 2 values for 1 features; give one value, or one a feature.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "values": [] }""", "interventions[0].values: the list is empty; give one value a feature")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1, "gain": 2 }""", "interventions[0].gain: clamp takes no gain; it takes a 'value'.")]
    [DataRow("{ " + Feature + """, "operator": "scale" }""", "interventions[0].gain: scale needs a 'gain', the factor on the activation.")]
    [DataRow("{ " + Feature + """, "operator": "scale", "value": 2 }""", "interventions[0].value: scale takes no value; it takes a 'gain'. 'value' is for add, clamp, clampWhereActive, cap and floor.")]
    [DataRow("{ " + Feature + """, "operator": "scale", "gain": 2, "unit": "raw" }""", "interventions[0].unit: scale takes no unit; it takes a 'gain'.")]
    [DataRow("{ " + Feature + """, "operator": "ablate", "value": 0 }""", "interventions[0].value: ablate takes no value; it always sets the activation to 0.")]
    [DataRow("{ " + Feature + """, "operator": "rangeMask" }""", "interventions[0].range: rangeMask needs a 'range' with the mean and deviation of each feature")]
    [DataRow("{ " + Feature + """, "operator": "attenuate", "attenuation": { "strength": 0, "posteriors": [ { "knots": [1], "values": [1] } ] } }""", "interventions[0].attenuation.strength: 0 is no strength")]
    [DataRow("{ " + Feature + """, "operator": "attenuate", "attenuation": { "posteriors": [] } }""", "interventions[0].attenuation.posteriors: 0 posteriors for 1 features")]
    [DataRow("{ " + Feature + """, "operator": "attenuate", "attenuation": { "posteriors": [ { "knots": [2, 1], "values": [1, 1] } ] } }""", "interventions[0].attenuation.posteriors[0].knots: the knots must ascend")]
    [DataRow("{ " + Direction + """, "operator": "fullMask" }""", "interventions[0].operator: fullMask is for features")]
    [DataRow("{ " + Feature + """, "operator": "ablate", "gain": 0 }""", "interventions[0].gain: ablate takes no gain; it always sets the activation to 0. 'gain' is for scale and projectionGain.")]
    [DataRow("{ " + Feature + """, "operator": "ablate", "unit": "raw" }""", "interventions[0].unit: ablate takes no unit; it always")]
    [DataRow("{ " + Feature + """, "operator": "projectionGain", "gain": 0 }""", "interventions[0].operator: projectionGain is for directions; use scale for a feature.")]
    [DataRow("{ " + Feature + """, "operator": "clamp", "value": 1, "unit": "residualNorm" }""", "interventions[0].unit: residualNorm is not defined for clamp on a feature")]
    [DataRow("{ " + Feature + """, "operator": "floor", "value": -1 }""", "interventions[0].value: a feature's activation is never below 0, so a floor of -1 would change nothing")]
    [DataRow("{ " + Direction + """, "operator": "scale", "gain": 0 }""", "interventions[0].operator: scale is for features; use projectionGain for a direction.")]
    [DataRow("{ " + Direction + """, "operator": "clampWhereActive", "value": 0 }""", "interventions[0].operator: clampWhereActive is for features")]
    [DataRow("{ " + Direction + """, "operator": "add", "value": 1, "unit": "maxActivation" }""", "interventions[0].unit: a direction has no maximum activation; use raw or residualNorm.")]
    [DataRow("{ " + Direction + """, "operator": "add", "values": [1, 2] }""", "interventions[0].values: 2 values for 1 direction")]
    [DataRow("{ " + Feature + """, "operator": "ablate", "name": " " }""", "interventions[0].name: the text is empty.")]
    [DataRow("3", "interventions[0]: expected an intervention, an object")]
    public void Intervention_ThatIsWrong_IsRefused(string json, string sentence) => RefuseIntervention(json, sentence);

    [TestMethod]
    [DataRow("""{}""", "interventions[0].target: expected a feature (field 'feature' or 'features') or a direction (field 'vector' or 'direction').")]
    [DataRow("""{ "latent": 3 }""", "interventions[0].target: unknown field 'latent' in a target")]
    [DataRow("4", "interventions[0].target: expected a target, an object")]
    [DataRow("""{ "sae": "a" }""", "interventions[0].target: give either 'feature' or 'features'.")]
    [DataRow("""{ "feature": 1, "features": [1] }""", "interventions[0].target: give either 'feature' or 'features'.")]
    [DataRow("""{ "feature": 1, "vector": "a.gguf" }""", "interventions[0].target: a target is either a feature or a direction, not both")]
    [DataRow("""{ "features": [] }""", "interventions[0].target.features: 0 features were given; expected between 1 and 4096.")]
    [DataRow("""{ "features": [1, 2, 1] }""", "interventions[0].target.features[2]: feature 1 is there twice; name each feature once.")]
    [DataRow("""{ "features": [1, -2] }""", "interventions[0].target.features[1]: -2 is not a latent index; features count from 0.")]
    [DataRow("""{ "feature": -1 }""", "interventions[0].target.feature: -1 is not a latent index")]
    [DataRow("""{ "feature": 1.5 }""", "interventions[0].target.feature: expected a whole number of 32 bits, but found 1.5.")]
    [DataRow("""{ "feature": 4294967296 }""", "interventions[0].target.feature: expected a whole number of 32 bits, but found 4294967296.")]
    [DataRow("""{ "direction": [1, 2] }""", "interventions[0].target.site: an inline direction needs a site, as in resid_post.15.")]
    [DataRow("""{ "direction": [], "site": "resid_post.3" }""", "interventions[0].target.direction: the direction is empty")]
    [DataRow("""{ "direction": [0, 0], "site": "resid_post.3" }""", "interventions[0].target.direction: every number is 0, so the direction points nowhere.")]
    [DataRow("""{ "direction": [1, 1e40], "site": "resid_post.3" }""", "interventions[0].target.direction[1]: 1e40 is not finite")]
    [DataRow("""{ "direction": [1], "site": "resid_post.3", "firstBlock": 1 }""", "interventions[0].target: 'firstBlock' and 'lastBlock' narrow down a vector file")]
    [DataRow("""{ "direction": [1], "vector": "a.gguf" }""", "interventions[0].target: give either 'vector' (a file) or 'direction' (the numbers), not both.")]
    [DataRow("""{ "vector": "a.pt" }""", "interventions[0].target.vector: 'a.pt' is a pickle, which can run code when it is read; save the direction as .safetensors.")]
    [DataRow("""{ "vector": "a.npz" }""", "interventions[0].target.vector: 'a.npz' is neither a .safetensors nor a .gguf file.")]
    [DataRow("""{ "vector": "a.gguf", "site": "resid_post.3", "lastBlock": 4 }""", "interventions[0].target: give either 'site' or a range of blocks, not both.")]
    [DataRow("""{ "vector": "a.gguf", "firstBlock": -1 }""", "interventions[0].target.firstBlock: -1 is not a block; blocks count from 0.")]
    [DataRow("""{ "vector": "a.gguf", "firstBlock": 5, "lastBlock": 4 }""", "interventions[0].target.lastBlock: 4 lies before the first block, 5.")]
    public void Target_ThatIsWrong_IsRefused(string target, string sentence) =>
        RefuseIntervention($$"""{ "target": {{target}}, "operator": "add", "value": 1 }""", sentence);

    [TestMethod]
    [DataRow("\"always\"", "interventions[0].gate: expected a gate, an object with a field 'kind', one of always, token, prompt, callback, step.")]
    [DataRow("{}", "interventions[0].gate: the field 'kind' is missing: one of always, token, prompt, callback, step.")]
    [DataRow("""{ "kind": "tokens" }""", "interventions[0].gate.kind: unknown gate 'tokens': did you mean 'token'?")]
    [DataRow("""{ "kind": "always", "threshold": 1 }""", "interventions[0].gate: unknown field 'threshold' in an always gate")]
    [DataRow("""{ "kind": "token", "threshold": 1 }""", "interventions[0].gate: the field 'target' is missing")]
    [DataRow("""{ "kind": "token", "target": { "feature": 1 } }""", "interventions[0].gate: the field 'threshold' is missing")]
    [DataRow("""{ "kind": "token", "target": { "feature": 1 }, "threshold": -0.5 }""", "interventions[0].gate.threshold: a feature's activation is never below 0, so a gate at -0.5 would always be open")]
    [DataRow("""{ "kind": "token", "target": { "features": [1, 2] }, "threshold": 1 }""", "interventions[0].gate.target.features: a gate looks at one feature, but 2 were given")]
    [DataRow("""{ "kind": "token", "target": { "feature": 1 }, "threshold": 1, "unit": "residualNorm" }""", "interventions[0].gate.unit: a threshold is measured in raw or maxActivation.")]
    [DataRow("""{ "kind": "prompt", "target": { "direction": [1], "site": "resid_post.3" }, "threshold": 1, "unit": "maxActivation" }""", "interventions[0].gate.unit: a probe direction has no maximum activation; use raw.")]
    [DataRow("""{ "kind": "callback" }""", "interventions[0].gate: the field 'name' is missing")]
    [DataRow("""{ "kind": "step", "threshold": 1 }""", "interventions[0].gate: unknown field 'threshold' in a step gate")]
    [DataRow("""{ "kind": "callback", "name": "" }""", "interventions[0].gate.name: the text is empty.")]
    public void Gate_ThatIsWrong_IsRefused(string gate, string sentence) =>
        RefuseIntervention($$"""{ "target": { "feature": 9 }, "operator": "ablate", "gate": {{gate}} }""", sentence);

    [TestMethod]
    [DataRow("prompt")]
    [DataRow("both")]
    public void PromptGate_WithASpanBesideTheCompletion_IsRefused(string span) =>
        RefuseIntervention(
            $$"""{ "target": { "feature": 9 }, "operator": "ablate", "span": "{{span}}", "gate": { "kind": "prompt", "target": { "feature": 1 }, "threshold": 0 } }""",
            "interventions[0].span: a prompt gate is decided when the prompt has been read, so its intervention acts on the completion only");

    [TestMethod]
    [DataRow("projectionGain", "\"gain\": 0", "interventions[0].target.normalize: projectionGain edits the component along a direction of unit norm")]
    [DataRow("clamp", "\"value\": 0", "interventions[0].target.normalize: clamp edits the component along a direction of unit norm")]
    [DataRow("add", "\"value\": 0.1, \"unit\": \"residualNorm\"", "interventions[0].target.normalize: a strength in residualNorm is the norm of the edit")]
    public void Normalize_SwitchedOffWhereTheMeaningNeedsIt_IsRefused(string word, string number, string sentence) =>
        RefuseIntervention($$"""{ "target": { "vector": "a.gguf", "normalize": false }, "operator": "{{word}}", {{number}} }""", sentence);

    [TestMethod]
    public void SeveralProblems_Always_AreNamedTogetherInOneLine()
    {
        var failure = Refusal.Of(
            () => SteeringPolicy.Parse("""{ "version": 1, "name": "p", "interventions": [ { "target": { "feature": -1 }, "operator": "scale", "value": 1 }, { "target": { "features": [] }, "operator": "clamp" } ] }"""),
            "The policy is not valid. interventions[0].",
            "interventions[0].target.feature: ",
            "interventions[0].gain: ",
            "interventions[0].value: ",
            "interventions[1].target.features: ",
            "interventions[1].value: ");
        Assert.DoesNotContain('\n', failure.Message);
    }

    [TestMethod]
    public void ManyProblems_Always_AreCut()
    {
        var interventions = string.Join(", ", Enumerable.Repeat("""{ "target": { "feature": 1 }, "operator": "clamp" }""", 25));
        Refusal.Of(() => SteeringPolicy.Parse($$"""{ "version": 1, "name": "p", "interventions": [ {{interventions}} ] }"""), "And 15 more problems.");
    }

    [TestMethod]
    public void Document_ThatIsTooLarge_IsRefusedBeforeItIsRead()
    {
        var bytes = new byte[SteeringPolicy.MaximumBytes + 1];
        bytes.AsSpan().Fill((byte)' ');
        Refusal.Of(() => SteeringPolicy.Parse(bytes), "16777217 bytes are more than the 16777216 that a policy may have");
    }

    [TestMethod]
    public void Interventions_BeyondTheMaximum_AreRefused()
    {
        var builder = new StringBuilder("""{ "version": 1, "name": "p", "interventions": [ """);
        builder.AppendJoin(',', Enumerable.Repeat("{}", SteeringPolicy.MaximumInterventions + 1)).Append("] }");
        Refusal.Of(() => SteeringPolicy.Parse(builder.ToString()), "interventions: 1025 entries are too many; at most 1024 are allowed.");
    }

    [TestMethod]
    public void Bytes_ThatAreNotUtf8_AreRefused() =>
        Refusal.Of(() => SteeringPolicy.Parse([0x7B, 0xFF, 0x7D]), "it is not UTF-8 text");

    [TestMethod]
    public void Code_WithValuesThatJsonCannotHold_IsRefused()
    {
        var policy = SteeringPolicy.Create("p");
        Refusal.Of(() => policy.Add(Steering.Policies.Feature.Of(1), float.PositiveInfinity).Validate(), "The policy 'p' is not valid. interventions[0].value: Infinity is not a finite number.");
        Refusal.Of(() => policy.Add(Steering.Policies.Direction.At("resid_post.3", [1, float.NaN]), 1).Validate(), "interventions[0].target.direction[1]: NaN is not a finite number.");
        Refusal.Of(() => policy.Ablate(Steering.Policies.Feature.Of(1), Gate.Token(Steering.Policies.Feature.Of(2), float.NaN)).Validate(), "interventions[0].gate.threshold: NaN is not a finite number.");
        Refusal.Of(() => policy.With(new Intervention { Target = Steering.Policies.Feature.Of(1), Operator = null! }).Validate(), "interventions[0].operator: the operator is missing; give one of add, clamp");
        Refusal.Of(() => policy.Add(Steering.Policies.Feature.Of(1), 1, (StrengthUnit)7).Validate(), "interventions[0].unit: 7 is not a unit");
        Refusal.Of(() => policy.Add(Steering.Policies.Feature.Of(1), 1, span: (InterventionSpan)7).Validate(), "interventions[0].span: 7 is not a span");
        Refusal.Of(() => policy.Ablate(null!).Validate(), "interventions[0].target: the target is missing");
        Refusal.Of(() => (policy with { Version = 3 }).ToJson(), "version: this library reads version 1");
    }

    [TestMethod]
    public void Code_BeyondTheLimits_IsRefused()
    {
        var policy = SteeringPolicy.Create("p");
        Refusal.Of(() => SteeringPolicy.Create(new string('a', 201)).Validate(), "name: 201 characters are too many; at most 200 are allowed.");
        Refusal.Of(() => SteeringPolicy.Create("a\udc00b").Validate(), "name: the text holds control characters or half of a surrogate pair.");
        Refusal.Of(() => (policy with { Description = new string('a', 10_001) }).Validate(), "description: 10001 characters are too many");
        Refusal.Of(() => policy.WithSae("main", "saes/l15", "").Validate(), "saes.main.site: the text is empty.");
        Refusal.Of(() => (policy with { Interventions = [.. Enumerable.Repeat(new Intervention { Target = Steering.Policies.Feature.Of(1), Operator = new AblateOperator() }, 1025)] }).Validate(), "interventions: 1025 interventions are too many");
        Refusal.Of(() => (policy with { Interventions = [null!] }).Validate(), "interventions[0]: the intervention is null.");
        Refusal.Of(() => policy.With(new Intervention { Target = Steering.Policies.Feature.Of(1), Operator = new AblateOperator(), Gate = null! }).Validate(), "interventions[0].gate: the gate is null; use Gate.Always.");
        Refusal.Of(() => policy.Ablate(Steering.Policies.Feature.Of(1), Gate.Token(null!, 1)).Validate(), "interventions[0].gate.target: the target is missing");
    }

    private static void RefuseIntervention(string json, string sentence) =>
        Refusal.Of(() => SteeringPolicy.Parse($$"""{ "version": 1, "name": "p", "interventions": [ {{json}} ] }"""), "The policy is not valid. ", sentence);
}
