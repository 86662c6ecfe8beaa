using System.Globalization;
using System.Text.RegularExpressions;
using Steering.Policies;

namespace Steering.Tests.Samples;

/// <summary>The making of policies, on the bundled model, with few steps and replies.</summary>
[TestClass]
[DoNotParallelize]
public sealed partial class SandboxPoliciesTests
{
    [TestMethod]
    public void Policies_MakesOneThatPreventsRudeReplies()
    {
        using var folder = new TemporaryFolder();
        var bundle = SandboxModel.Bundle;
        var (code, output, error) = SampleRun.Of(
            "SandboxModel", string.Empty, ["policies", bundle.CheckpointFolder, bundle.Saes["mid-topk"], folder["policies"], "--only", "friendly", "--iterations", "60", "--replies", "20", "--documents", "2000", "--seed", "1"]);
        Assert.AreEqual(0, code, error);
        var unsteered = RateOf("unsteered", output);
        var chosen = RateOf("chosen", output);
        Assert.IsLessThanOrEqualTo(unsteered - 15, chosen, output);

        var policy = SteeringPolicy.Load(Path.Combine(folder["policies"], "friendly.json"));
        Assert.AreEqual("friendly", policy.Name);
        Assert.IsTrue(policy.Interventions.All(intervention => intervention.Target is FeatureTarget { Sae: "mid-topk" }));
        Assert.IsFalse(File.Exists(Path.Combine(folder["policies"], "rude.json")), "only the dial that was asked for");
    }

    [TestMethod]
    public void AnUnknownDial_IsRefusedWithTheKnownOnes()
    {
        using var folder = new TemporaryFolder();
        var bundle = SandboxModel.Bundle;
        var (code, _, error) = SampleRun.Of("SandboxModel", string.Empty, ["policies", bundle.CheckpointFolder, bundle.Saes["mid-topk"], folder["policies"], "--only", "frendly"]);
        Assert.AreEqual(1, code);
        Assert.Contains("'frendly'", error);
        Assert.Contains("friendly, rude, animals, reflect", error);
        Assert.IsFalse(Directory.Exists(folder["policies"]));
    }

    private static double RateOf(string line, string output) =>
        double.Parse(Line().Matches(output).Single(match => match.Groups["name"].Value == line).Groups["rate"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>\w+) +(?<rate>[\d.]+) %", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
