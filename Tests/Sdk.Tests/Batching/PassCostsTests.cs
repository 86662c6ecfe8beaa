using Steering.Batching;

namespace Steering.Tests.Sdk.Batching;

/// <summary>What passes are expected to cost, against costs that are known.</summary>
[TestClass]
public sealed class PassCostsTests
{
    [TestMethod]
    public void SizesNeverRun_LieOnTheLineThroughTheOthers()
    {
        var costs = new PassCosts(64);
        for (var pass = 0; pass < 200; pass++)
        {
            costs.Add(1 + (pass % 8), Line(1 + (pass % 8)));
        }

        foreach (var size in (int[])[1, 8, 9, 30, 64])
        {
            Assert.AreEqual(Line(size), costs.Of(size), 1e-6 * Line(size));
        }

        static double Line(int positions) => 0.009 + (0.004 * positions);
    }

    [TestMethod]
    public void SizesThatAreRun_AreKnownByThemselves_NotByTheLine()
    {
        var costs = new PassCosts(8);
        for (var pass = 0; pass < 400; pass++)
        {
            costs.Add(4, 0.010);
            costs.Add(5, 0.016);
            costs.Add(8, 0.016);
        }

        Assert.AreEqual(0.010, costs.Of(4), 0.0002);
        Assert.AreEqual(0.016, costs.Of(5), 0.0003);
        Assert.AreEqual(0.016, costs.Of(8), 0.0002);
    }

    [TestMethod]
    public void ASlowMoment_IsForgottenWithoutRunningThatSizeAgain()
    {
        var costs = new PassCosts(8);
        for (var pass = 0; pass < 400; pass++)
        {
            costs.Add(1 + (pass % 4), 0.001 * (1 + (pass % 4)));
        }

        costs.Add(6, 0.5);
        Assert.IsGreaterThan(0.1, costs.Of(6));
        for (var pass = 0; pass < 600; pass++)
        {
            costs.Add(1 + (pass % 4), 0.001 * (1 + (pass % 4)));
        }

        Assert.AreEqual(0.006, costs.Of(6), 0.0005);
    }

    [TestMethod]
    public void BeforeAnyPass_NothingIsKnown()
    {
        var costs = new PassCosts(4);
        Assert.IsFalse(costs.IsKnown);
        Assert.AreEqual(0, costs.Of(3));
    }
}
