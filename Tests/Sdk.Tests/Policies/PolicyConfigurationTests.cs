using Microsoft.Extensions.Configuration;
using Steering.Policies;

namespace Steering.Tests.Sdk.Policies;

[TestClass]
public sealed class PolicyConfigurationTests
{
    [TestMethod]
    public void Read_OfASection_GivesThePolicyOfTheSameJson()
    {
        var policy = PolicyConfiguration.Read(
            Section(
                ("version", "1"),
                ("name", "12"),
                ("skipPositionZero", "False"),
                ("saes:a", "saes/l15"),
                ("interventions:0:target:sae", "a"),
                ("interventions:0:target:features:0", "4514"),
                ("interventions:0:target:features:1", "3"),
                ("interventions:0:operator", "clamp"),
                ("interventions:0:values:0", "2.5"),
                ("interventions:0:values:1", "-1e-2"),
                ("interventions:0:gate:kind", "token"),
                ("interventions:0:gate:target:sae", "a"),
                ("interventions:0:gate:target:feature", "4"),
                ("interventions:0:gate:threshold", "0.5"),
                ("interventions:1:target:vector", "calm.gguf"),
                ("interventions:1:target:firstBlock", "8"),
                ("interventions:1:target:normalize", "true"),
                ("interventions:1:operator", "add"),
                ("interventions:1:value", "0.1")),
            "/srv");
        Assert.AreEqual(
            SteeringPolicy.Parse("""
                {
                  "version": 1,
                  "name": "12",
                  "skipPositionZero": false,
                  "saes": { "a": "saes/l15" },
                  "interventions": [
                    { "target": { "sae": "a", "features": [4514, 3] }, "operator": "clamp", "values": [2.5, -1e-2], "gate": { "kind": "token", "target": { "sae": "a", "feature": 4 }, "threshold": 0.5 } },
                    { "target": { "vector": "calm.gguf", "firstBlock": 8, "normalize": true }, "operator": "add", "value": 0.1 }
                  ]
                }
                """),
            policy);
        Assert.AreEqual("/srv", policy.Folder);
    }

    /// <summary>Keys of configuration have no case: an environment variable's are often capitals. What SAEs are called is the application's.</summary>
    [TestMethod]
    public void Read_OfKeysInAnotherCase_GivesTheSamePolicy() =>
        Assert.AreEqual(
            SteeringPolicy.Parse("""
                { "version": 1, "name": "p", "saes": { "Path": { "path": "saes/l15" } }, "interventions": [{ "target": { "sae": "Path", "feature": 4 }, "operator": "clamp", "value": 2, "skipPositionZero": true }] }
                """),
            PolicyConfiguration.Read(Section(
                ("VERSION", "1"),
                ("Name", "p"),
                ("SAES:Path:PATH", "saes/l15"),
                ("INTERVENTIONS:0:TARGET:SAE", "Path"),
                ("INTERVENTIONS:0:TARGET:FEATURE", "4"),
                ("Interventions:0:Operator", "clamp"),
                ("interventions:0:VALUE", "2"),
                ("interventions:0:SkipPositionZero", "true"))));

    [TestMethod]
    public void Read_OfAnAbsentSection_IsRefusedWithThePath() =>
        Refusal.Of(() => PolicyConfiguration.Read(new ConfigurationBuilder().Build().GetSection("Steering:calm")), "There is no policy in configuration at Steering:calm");

    [TestMethod]
    public void Read_OfAWrongSection_IsRefusedWithEveryProblem() =>
        Refusal.Of(
            () => PolicyConfiguration.Read(Section(("version", "1"), ("name", "p"), ("interventions:0:target:feature", "x"), ("interventions:0:operator", "scale"), ("interventions:0:gain", "NaN"), ("interventions:0:skipPositionZero", "maybe"))),
            "The policy in configuration at Steering:calm is not valid.",
            "interventions[0].target.feature: expected a whole number of 32 bits, but found the text 'x'.",
            "interventions[0].gain: the text 'NaN' is not finite",
            "interventions[0].skipPositionZero: expected true or false, but found the text 'maybe'.");

    private static IConfigurationSection Section(params (string Key, string Value)[] entries) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create($"Steering:calm:{entry.Key}", (string?)entry.Value)))
            .Build()
            .GetSection("Steering:calm");
}
