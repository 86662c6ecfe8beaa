using Steering.Batching;

namespace Steering.Tests.Sdk.Batching;

/// <summary>The plan against passes whose cost is known.</summary>
[TestClass]
public sealed class PrefillPlanTests
{
    private const int Slots = 8;
    private const int MostTokens = 12;

    [TestMethod]
    [DataRow(0.009, 0.004, 1, 0.4, 1)]
    [DataRow(0.009, 0.004, 1, 0.4, 7)]
    [DataRow(0.002, 0.001, 1, 0.4, 7)]
    [DataRow(0.010, 0.0002, 1, 0.4, 4)]
    [DataRow(0.010, 0.0002, 1, 1.4, 4)]
    [DataRow(0.009, 0.004, 1, 16, 3)]
    [DataRow(0.004, 0.009, 4, 0.5, 4)]
    [DataRow(0.004, 0.009, 4, 0.5, 6)]
    public void WhatIsAddedToAStep_ReadsMostASecondOfWhatFitsTheShare(double ground, double price, int block, double share, int decoding)
    {
        var plan = Plan(share, Cost);
        const int prompts = 2;
        var step = Cost(decoding);
        var work = plan.Next(decoding, prompts);
        var ways = Enumerable.Range(1, MostTokens).Select(tokens => new PrefillWork(tokens, 0))
            .Concat(Enumerable.Range(1, Math.Min(prompts, Slots - decoding)).Select(riders => new PrefillWork(0, riders)))
            .Where(way => Added(way) <= share * step).ToArray();
        if (ways.Length == 0)
        {
            Assert.AreEqual(default, work, "nothing fits, and nothing is saved yet");
            return;
        }

        Assert.IsLessThanOrEqualTo(share * step * 1.0001, Added(work));
        Assert.AreEqual(ways.Max(Rate), Rate(work), 1e-6 * Rate(work));

        double Cost(int positions) => ground + (price * ((positions + block - 1) / block));
        double Added(PrefillWork way) => way.Chunk > 0 ? Cost(way.Chunk) : Cost(decoding + way.Riders) - step;
        double Rate(PrefillWork way) => (way.Chunk + way.Riders) / (step + Added(way));
    }

    [TestMethod]
    [DataRow(0.3)]
    [DataRow(0.1)]
    [DataRow(0.02)]
    public void ATokenDearerThanTheShare_IsReadAsOftenAsTheShareAllows(double share)
    {
        // The second row costs half as much as the first.
        var plan = Plan(share, positions => 0.005 + (0.005 * positions));
        const int steps = 3000;
        var added = 0.0;
        for (var step = 0; step < steps; step++)
        {
            var work = plan.Next(1, 1);
            Assert.AreEqual(0, work.Chunk);
            added += 0.005 * work.Riders;
        }

        Assert.AreEqual(share, added / (steps * 0.010), 0.001);
    }

    [TestMethod]
    public void RowsThatCostNothingMore_RideBesideWhatTheyFillUp()
    {
        // Blocks of four rows: the sixth to eighth are free, a pass of one token is not.
        var plan = Plan(0.3, positions => 0.010 * ((positions + 3) / 4));
        Assert.AreEqual(new PrefillWork(0, 3), plan.Next(5, 3));
    }

    [TestMethod]
    public void BeforeAnythingWasSeen_OnePromptRides()
    {
        var plan = new PrefillPlan(0.4, MostTokens, Slots);
        Assert.AreEqual(new PrefillWork(0, 1), plan.Next(1, 1));
    }

    [TestMethod]
    public void WhereEverySlotIsDecoded_NothingRides()
    {
        var plan = Plan(16, positions => 0.01 * positions);
        Assert.AreEqual(0, plan.Next(Slots, 1).Riders);
    }

    private static PrefillPlan Plan(double share, Func<int, double> cost)
    {
        var plan = new PrefillPlan(share, MostTokens, Slots);
        for (var pass = 0; pass < 40 * MostTokens; pass++)
        {
            var positions = 1 + (pass % MostTokens);
            plan.Took(positions, cost(positions));
        }

        return plan;
    }
}
