using Steering.Sandbox.Language;

namespace Steering.Tests.Sandbox.Language;

[TestClass]
public sealed class ChoiceStreamTests
{
    private const int Draws = 100_000;

    [TestMethod]
    public void Weighted_FollowsTheWeightsAndItsNatsAreTheEntropy()
    {
        double[] weights = [0.5, 0, 3, 1.5];
        var choices = new ChoiceStream(7);
        var counts = new int[weights.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[choices.Weighted(weights)]++;
        }

        Assert.AreEqual(0, counts[1]);
        double entropy = 0;
        foreach (var (weight, count) in weights.Zip(counts))
        {
            var probability = weight / 5;
            Assert.AreEqual(probability, count / (double)Draws, 0.01);
            entropy -= probability > 0 ? probability * Math.Log(probability) : 0;
        }

        Assert.AreEqual(entropy, choices.Nats / Draws, 0.01);
    }

    [TestMethod]
    public void Chance_FollowsItsProbabilityAndItsNatsAreTheEntropy()
    {
        var choices = new ChoiceStream(11);
        var hits = Enumerable.Range(0, Draws).Count(_ => choices.Chance(0.2));
        Assert.AreEqual(0.2, hits / (double)Draws, 0.01);
        Assert.AreEqual(-(0.2 * Math.Log(0.2)) - (0.8 * Math.Log(0.8)), choices.Nats / Draws, 0.01);
    }

    /// <summary>The first two outputs of SplitMix64 from seed 0, as its authors' C code prints them.</summary>
    [TestMethod]
    public void Mix_IsSplitMix64()
    {
        const ulong Step = 0x9E3779B97F4A7C15;
        Assert.AreEqual(0xE220A8397B1DCDAFUL, ChoiceStream.Mix(Step));
        Assert.AreEqual(0x6E789E6AA1B965F4UL, ChoiceStream.Mix(unchecked(2 * Step)));
    }

    [TestMethod]
    public void Streams_OfNeighbouringSeeds_AreUnrelated()
    {
        // The seeds of a corpus lie the generator's own step apart; unmixed, one stream would be the other, shifted.
        const ulong Step = 0x9E3779B97F4A7C15;
        var first = new ChoiceStream(5);
        var second = new ChoiceStream(unchecked(5 + Step));
        var one = Enumerable.Range(0, 1000).Select(_ => first.Next(1000)).ToArray();
        var other = Enumerable.Range(0, 1000).Select(_ => second.Next(1000)).ToArray();
        for (var shift = -2; shift <= 2; shift++)
        {
            var same = Enumerable.Range(2, 990).Count(i => one[i + shift] == other[i]);
            Assert.IsLessThan(10, same, $"shift {shift}");
        }
    }
}
