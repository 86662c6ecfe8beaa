using Steering.Analysis.Erasure;

namespace Steering.Tests.Analysis.Erasure;

[TestClass]
public sealed class DoseSearchTests
{
    [TestMethod]
    [DataRow(0.5, 50)]
    [DataRow(0.13, 13)]
    [DataRow(0.99, 99)]
    [DataRow(0.01, 1)]
    public void ADropThatRises_IsFoundInAFewSteps(double goal, int expected)
    {
        var tried = 0;
        var found = DoseSearch.Find(100, dose => Count(dose / 100.0), goal, tolerance: 0.0001);
        Assert.AreEqual((expected, expected / 100.0), found);
        Assert.IsLessThanOrEqualTo(7, tried);

        double Count(double drop)
        {
            tried++;
            return drop;
        }
    }

    [TestMethod]
    public void WithinTheTolerance_TheSearchEnds()
    {
        var tried = new List<int>();
        var found = DoseSearch.Find(101, dose => { tried.Add(dose); return dose / 100.0; }, goal: 0.45, tolerance: 0.05);
        Assert.AreEqual((50, 0.5), found, "0.5 is as far from 0.45 as is allowed");
        Assert.AreSequenceEqual([50], tried);
    }

    [TestMethod]
    public void WhatNoDoseReaches_GivesTheStrongest_AndIsNoMatch()
    {
        var (dose, drop) = DoseSearch.Find(40, dose => dose / 200.0, goal: 0.9, tolerance: 0.05);
        Assert.AreEqual(39, dose);
        Assert.IsFalse(DoseSearch.Matches(drop, 0.9, 0.05));
    }

    [TestMethod]
    public void WhereAllDosesDoTheSame_TheWeakestIsTaken() =>
        Assert.AreEqual((0, 0.8), DoseSearch.Find(9, _ => 0.8, goal: 0.5, tolerance: 0.05));
}
