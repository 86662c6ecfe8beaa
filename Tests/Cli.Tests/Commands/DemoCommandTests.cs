using Steering.Sandbox.Dials;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary>On the bundle in miniature: random weights, so that the numbers mean nothing but must be the same again.</summary>
[TestClass]
public sealed class DemoCommandTests
{
    [TestMethod]
    public async Task Json_HoldsEveryRate_AndTheSeedDecidesThem()
    {
        var run = (await CliRun.Of("demo", "--replies", "3", "--json")).Succeeds();
        Assert.AreEqual(3, run.Json.GetProperty("replies").GetInt32());
        var dial = run.Json.GetProperty("dials").EnumerateArray().Single();
        Assert.AreEqual("friendly", dial.GetProperty("name").GetString());
        foreach (var rate in (string[])["unsteered", "steered", "randomFeatures", "askedToBePolite", "wellFormedUnsteered", "wellFormedSteered"])
        {
            Assert.AreEqual(3, dial.GetProperty(rate).GetProperty("total").GetInt32());
            Assert.IsTrue(dial.GetProperty(rate).GetProperty("low").GetDouble() <= dial.GetProperty(rate).GetProperty("high").GetDouble());
        }

        Assert.AreEqual(2, dial.GetProperty("examples").GetArrayLength());
        Assert.AreNotEqual(dial.GetProperty("examples")[0].GetProperty("unsteered").GetString(), dial.GetProperty("examples")[0].GetProperty("steered").GetString());
        Assert.AreEqual(run.Output, (await CliRun.Of("demo", "--replies", "3", "--json")).Output);
        Assert.AreNotEqual(run.Output.Replace("\"seed\":0", "\"seed\":5", StringComparison.Ordinal), (await CliRun.Of("demo", "--replies", "3", "--seed", "5", "--json")).Output);
    }

    [TestMethod]
    public async Task Table_ShowsRepliesAndRates() =>
        (await CliRun.Of("demo", "--replies", "2")).Succeeds().Prints("rude replies to a rude user", "unsteered", "random features", "asked to be polite", "seed 0");

    [TestMethod]
    public async Task AFolderOfOnesOwn_NeedsItsThreeParts()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("demo", "--folder", folder.Path)).Fails(1, "no folder 'model'");
        foreach (var part in (string[])["model", "saes", "policies"])
        {
            Directory.CreateDirectory(folder[part]);
        }

        (await CliRun.Of("demo", "--folder", folder.Path)).Fails(1, "no policy to show", "none");
    }

    [TestMethod]
    [DataRow("friendly", false)]
    [DataRow("rude", true)]
    [DataRow("reflect", true)]
    [DataRow("weather", true)]
    public void Dials_AreFoundByTheNameOfTheirPolicy(string name, bool raises)
    {
        var dial = SandboxDial.Find(name);
        Assert.AreEqual(name, dial!.Name);
        Assert.AreEqual(raises, dial.Raises);
        Assert.IsNull(SandboxDial.Find("loud"));
    }
}
