using Steering.Compilation;
using Steering.Policies;

namespace Steering.Tests.Sdk.Engine;

/// <summary>A policy is compiled once however often it is written, and never taken for another.</summary>
[TestClass]
public sealed class PolicyCacheTests
{
    private readonly List<SteeringPolicy> _compiled = [];

    [TestMethod]
    public void EqualPolicies_AreCompiledOnce()
    {
        var cache = Cache(8);
        var first = cache.Get(Inline(2f));
        Assert.AreSame(first, cache.Get(Inline(2f)));
        Assert.HasCount(1, _compiled);
    }

    [TestMethod]
    public void PoliciesThatDiffer_AreCompiledEach()
    {
        var cache = Cache(8);
        SteeringPolicy[] all =
        [
            Inline(2f), Inline(2.5f), Inline(2f) with { Folder = "/elsewhere" }, Inline(2f) with { SkipPositionZero = false },
            Inline(2f).Add(Feature.Of(3), 1f), SteeringPolicy.Create("inline").Add(Feature.Of(4515), 2f), SteeringPolicy.Create("inline").Clamp(Feature.Of(4514), 2f),
            SteeringPolicy.Create("inline").Add(Feature.Of(4514), 2f, gate: Gate.Step),
        ];
        Assert.HasCount(all.Length, all.Select(cache.Get).Distinct<object>(ReferenceEqualityComparer.Instance).ToArray());
        Assert.HasCount(all.Length, _compiled);
    }

    [TestMethod]
    public void MoreThanItsCapacity_ForgetsTheOneUsedLongestAgo()
    {
        var cache = Cache(2);
        cache.Get(Inline(1f));
        cache.Get(Inline(2f));
        cache.Get(Inline(1f));
        cache.Get(Inline(3f));
        Assert.HasCount(3, _compiled);
        cache.Get(Inline(1f));
        Assert.HasCount(3, _compiled);
        cache.Get(Inline(2f));
        Assert.HasCount(4, _compiled);
    }

    [TestMethod]
    public void WhatDoesNotCompile_IsNotKept()
    {
        var calls = 0;
        var cache = new PolicyCache(4, _ => ++calls < 3 ? throw new SteeringException("not yet") : New());
        var policy = Inline(1f);
        Assert.ThrowsExactly<SteeringException>(() => cache.Get(policy));
        Assert.ThrowsExactly<SteeringException>(() => cache.Get(Inline(1f)));
        Assert.IsNotNull(cache.Get(policy));
    }

    [TestMethod]
    public void ManyCallersAtOnce_GetTheSame()
    {
        var cache = Cache(64);
        var results = new CompiledPolicy[256];
        Parallel.For(0, results.Length, index => results[index] = cache.Get(Inline(index % 4)));
        for (var index = 0; index < results.Length; index++)
        {
            Assert.AreSame(cache.Get(Inline(index % 4)), results[index]);
        }
    }

    private static SteeringPolicy Inline(float strength) => SteeringPolicy.Create("inline").Add(Feature.Of(4514), strength);

    private static CompiledPolicy New() => CompiledPolicy.Empty with { };

    private PolicyCache Cache(int capacity) => new(capacity, policy =>
    {
        lock (_compiled)
        {
            _compiled.Add(policy);
        }

        return New();
    });
}
