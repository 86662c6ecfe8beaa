using Steering.Batching;

namespace Steering.Tests.Sdk.Batching;

/// <summary>The plan against passes whose cost is known: base + positions · price.</summary>
[TestClass]
public sealed class PrefillPlanTests
{
    [TestMethod]
    [DataRow(0.009, 0.004, 0.4, 1)]
    [DataRow(0.009, 0.004, 0.4, 7)]
    [DataRow(0.002, 0.001, 0.4, 7)]
    [DataRow(0.010, 0.0002, 0.4, 4)]
    [DataRow(0.010, 0.0002, 1.4, 4)]
    [DataRow(0.009, 0.004, 16, 3)]
    public void WhatIsAddedToAStep_IsTheMostThatFitsTheShare(double ground, double price, double share, int decoding)
    {
        var plan = new PrefillPlan(share, 128);
        for (var pass = 0; pass < 200; pass++)
        {
            var positions = 1 + (pass % 8);
            plan.Took(positions, Cost(positions));
        }

        var budget = share * Cost(decoding);
        var chunk = plan.Chunk(decoding);
        if (chunk > 0)
        {
            Assert.IsLessThanOrEqualTo(budget * 1.000001, Cost(chunk));
        }

        Assert.IsTrue(chunk == 128 || Cost(chunk + 1) > budget * 0.999999);
        var riders = plan.Riders(decoding);
        Assert.IsTrue(riders == 1 || price * riders <= budget * 1.000001);
        Assert.IsTrue(riders == 128 || price * (riders + 1) > budget * 0.999999);

        double Cost(int positions) => ground + (price * positions);
    }

    [TestMethod]
    public void BeforeAnythingWasSeen_OnePromptRides()
    {
        var plan = new PrefillPlan(0.4, 128);
        Assert.AreEqual((0, 1), (plan.Chunk(1), plan.Riders(1)));
        plan.Took(1, 0.01);
        plan.Took(1, 0.01);
        Assert.AreEqual((0, 1), (plan.Chunk(1), plan.Riders(1)));
    }
}
