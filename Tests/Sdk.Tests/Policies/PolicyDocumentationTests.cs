using System.Text.Json;
using System.Text.RegularExpressions;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Tests.Sdk.Policies;

/// <summary>docs/policies.md says what the reader does: its examples parse and every word of the format is there.</summary>
[TestClass]
public sealed class PolicyDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(OracleFolder.RepositoryRoot, "docs", "policies.md"));

    [TestMethod]
    public void Examples_OfThePage_Parse()
    {
        var policies = Examples().Select(SteeringPolicy.Parse).ToArray();
        Assert.IsGreaterThan(15, policies.Length);
        Assert.AreEqual(
            SteeringPolicy.Create("calm")
                .WithSae("main", "saes/l15")
                .Scale(Feature.Of("main", 4514), gain: 0.25f, name: "superlatives")
                .Ablate(Feature.Of("main", 2716), Gate.Callback("night"), name: "shouting")
                with
            { Description = "Fewer superlatives, and no shouting at night." },
            policies[0],
            "The first example and the page's code are the same policy.");
    }

    [TestMethod]
    public void Examples_OfThePage_FulfilTheSchema()
    {
        foreach (var example in Examples())
        {
            using var document = JsonDocument.Parse(example);
            Assert.IsTrue(PolicySchemaTests.Rules.Evaluate(document.RootElement).IsValid, example);
        }
    }

    [TestMethod]
    public void Examples_OfThePage_ShowEveryFieldAndWord()
    {
        var examples = string.Concat(Examples());
        IEnumerable<string> words =
        [
            .. PolicyFields.Policy, .. PolicyFields.Intervention, .. PolicyFields.FeatureTarget, .. PolicyFields.DirectionTarget, .. PolicyFields.ActivationGate, .. PolicyFields.GateKinds,
            .. OperatorRegistry.Words, .. Words<InterventionSpan>.All, "raw", "residualNorm",
        ];
        foreach (var word in words)
        {
            Assert.Contains($"\"{word}\"", examples, StringComparison.Ordinal);
        }
    }

    [TestMethod]
    public void Words_OfTheFormat_AreExplained()
    {
        foreach (var word in (IEnumerable<string>)[.. PolicyFields.Policy, .. PolicyFields.Intervention, .. OperatorRegistry.Words, .. Words<StrengthUnit>.All, .. Words<InterventionSpan>.All, .. PolicyFields.GateKinds])
        {
            Assert.Contains($"`{word}`", Page, StringComparison.Ordinal);
        }
    }

    /// <summary>The JSON blocks as whole policies: one that is an intervention is put into a policy.</summary>
    private static IEnumerable<string> Examples() =>
        Regex.Matches(Page, "```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Select(match => match.Groups["json"].Value)
            .Select(text => text.Contains("\"version\"", StringComparison.Ordinal) ? text : $$"""{ "version": 1, "name": "example", "interventions": [ {{text}} ] }""");
}
