using System.Xml.Linq;
using Steering.Policies;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

[TestClass]
public sealed class TuneCommandTests
{
    [TestMethod]
    public async Task Kl_IsReached_AndThePolicyAndTheCurveAreWritten()
    {
        using var folder = Folder();
        File.WriteAllText(folder["texts.txt"], "Hello there.\nA guitar has six strings.\n");
        var run = (await CliRun.Of("tune", "sandbox", "--policy", folder["push.json"], "--text", folder["texts.txt"], "--kl", "0.01", "--output", folder["tuned.json"], "--plot", folder["curve.svg"], "--json")).Succeeds();
        var strength = run.Json.GetProperty("strength").GetSingle();
        var found = run.Json.GetProperty("curve").EnumerateArray().Single(point => point.GetProperty("strength").GetSingle() == strength);
        Assert.AreEqual(0.01, found.GetProperty("klNats").GetDouble(), 1e-4);

        var before = SteeringPolicy.Load(folder["push.json"]);
        var after = SteeringPolicy.Load(folder["tuned.json"]);
        Assert.HasCount(before.Interventions.Count, after.Interventions);
        Assert.AreNotEqual(before, after);
        XNamespace svg = "http://www.w3.org/2000/svg";
        var picture = XDocument.Load(folder["curve.svg"]).Root!;
        Assert.AreEqual(svg + "svg", picture.Name);
        Assert.HasCount(1, picture.Elements(svg + "style"));
        Assert.HasCount(2, picture.Descendants(svg + "path"));
    }

    [TestMethod]
    public async Task Table_ShowsEveryStrength()
    {
        using var folder = Folder();
        var run = (await CliRun.Of("tune", "sandbox", "--policy", folder["push.json"], "--text", folder["texts.txt"], "--kl", "0.01")).Succeeds();
        run.Prints("strength", "KL, nats", "next token right", "Strength ");
    }

    /// <summary>The accuracy falls in steps, so the search ends with strengths that cannot be told apart; each row is another one.</summary>
    [TestMethod]
    [TestCategory("Slow")]
    public async Task Table_HasNoRowTwice()
    {
        using var folder = Folder();
        File.WriteAllText(folder["texts.txt"], "Hello there.\nA guitar has six strings.\n");
        var run = (await CliRun.InShippedSandbox(string.Empty, "tune", "sandbox", "--policy", folder["push.json"], "--text", folder["texts.txt"], "--keep", "0.5")).Succeeds();
        var rows = run.Output.Split('\n').Where(line => line.TrimEnd().EndsWith('%')).Select(line => line.Trim()).ToArray();
        Assert.IsNotEmpty(rows);
        Assert.AreSequenceEqual(rows.Distinct(), rows);
    }

    [TestMethod]
    public async Task Mistakes_AreSaid()
    {
        using var folder = Folder();
        string[] common = ["tune", "sandbox", "--text", folder["texts.txt"]];
        (await CliRun.Of([.. common, "--policy", "friendly"])).Fails(2, "Name one goal");
        (await CliRun.Of([.. common, "--policy", "friendly", "--kl", "1", "--loss", "9"])).Fails(2, "Name one goal");
        (await CliRun.Of([.. common, "--kl", "1"])).Fails(2, "Give one --policy");
        (await CliRun.Of([.. common, "--policy", folder["push.json"], "--kl", "1", "--plot", folder["curve.png"]])).Fails(1, "curve.png", ".svg");
        (await CliRun.Of([.. common, "--policy", folder["push.json"], "--kl", "1e9", "--max", "1"])).Fails(1, "never reached");
        (await CliRun.Of([.. common, "--policy", "friendly", "--kl", "1"])).Fails(1, "changes nothing on these texts");
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["texts.txt"], "Hello there.\n");
        SteeringPolicy.Create("push").Add(Feature.Of("late-topk", 9), 1, StrengthUnit.Raw).Save(folder["push.json"]);
        return folder;
    }
}
