using Steering.Batching;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Batching;

/// <summary>The samplers against the reference formula, written out here over every token in double precision.</summary>
[TestClass]
public sealed class TokenSamplerTests
{
    private const int Vocabulary = 40;
    private const int Draws = 60_000;

    public static IEnumerable<object[]> Samplers =>
    [
        [new SamplingOptions { Temperature = 1 }],
        [new SamplingOptions { Temperature = 0.6f }],
        [new SamplingOptions { Temperature = 2.5f }],
        [new SamplingOptions { Temperature = 1, TopK = 1 }],
        [new SamplingOptions { Temperature = 1, TopK = 7 }],
        [new SamplingOptions { Temperature = 1, TopK = 400 }],
        [new SamplingOptions { Temperature = 1.3f, TopP = 0.8f }],
        [new SamplingOptions { Temperature = 1.3f, TopP = 0.01f }],
        [new SamplingOptions { Temperature = 4, TopP = 0.999f }],
        [new SamplingOptions { Temperature = 1.3f, MinP = 0.1f }],
        [new SamplingOptions { Temperature = 1.3f, MinP = 1 }],
        [new SamplingOptions { Temperature = 2, TopK = 12, TopP = 0.7f, MinP = 0.2f }],
        [new SamplingOptions { Temperature = 1, RepetitionPenalty = 1.8f }],
        [new SamplingOptions { Temperature = 1, TopK = 9, TopP = 0.9f, RepetitionPenalty = 0.5f }],
    ];

    /// <summary>χ² over the tokens that the formula keeps, at most five standard deviations above its mean; no token that it drops is ever drawn.</summary>
    [TestMethod]
    [DynamicData(nameof(Samplers))]
    public void Draws_FollowTheReferenceDistribution(SamplingOptions options)
    {
        var logits = Logits();
        int[] prompt = [3, 17, 3, 30];
        var expected = Reference(logits, options, prompt);
        var counts = new int[Vocabulary];
        var scratch = new SamplerScratch(Vocabulary);
        for (var draw = 0; draw < Draws; draw++)
        {
            // A sampler of its own for each draw: what was drawn would be penalised next.
            counts[new TokenSampler(options with { Seed = draw }, Vocabulary, prompt, 1).Next([.. logits], scratch)]++;
        }

        AssertFollows(expected, counts);
    }

    [TestMethod]
    public void OneSeed_GivesIndependentDraws()
    {
        var sampler = new TokenSampler(new SamplingOptions { Temperature = 1, Seed = 5 }, Vocabulary, [], Draws);
        var scratch = new SamplerScratch(Vocabulary);
        var counts = new int[Vocabulary];
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[sampler.Next(Logits(), scratch)]++;
        }

        AssertFollows(Reference(Logits(), new SamplingOptions { Temperature = 1 }, []), counts);
    }

    [TestMethod]
    public void TheSameSeed_GivesTheSameTokens_AndAnotherOthers()
    {
        Assert.AreSequenceEqual(Run(7), Run(7));
        CollectionAssert.AreNotEqual(Run(7), Run(8));

        static int[] Run(int seed)
        {
            var sampler = new TokenSampler(new SamplingOptions { Temperature = 1, TopP = 0.9f, Seed = seed }, Vocabulary, [], 50);
            var scratch = new SamplerScratch(Vocabulary);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next(Logits(), scratch))];
        }
    }

    [TestMethod]
    public void Greedy_TakesTheFirstOfTheLargest_AfterThePenalty()
    {
        var scratch = new SamplerScratch(4);
        Assert.AreEqual(1, new TokenSampler(SamplingOptions.Greedy, 4, [], 9).Next([1, 3, 3, 2], scratch));
        var penalised = new TokenSampler(new SamplingOptions { RepetitionPenalty = 2 }, 4, [1], 9);
        Assert.AreEqual(2, penalised.Next([1, 3, 3, 2], scratch));
        Assert.AreEqual(3, penalised.Next([1, 3, 3, 2], scratch));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void LogitsThatAreNoNumbers_GiveNoToken(float wrong)
    {
        Assert.AreEqual(-1, new TokenSampler(SamplingOptions.Greedy, 3, [], 9).Next([1, wrong, 2], new SamplerScratch(3)));
        Assert.AreEqual(-1, new TokenSampler(new SamplingOptions { Temperature = 1 }, 3, [], 9).Next([1, wrong, 2], new SamplerScratch(3)));
    }

    private static void AssertFollows(double[] expected, int[] counts)
    {
        var (statistic, kept) = (0d, 0);
        for (var token = 0; token < Vocabulary; token++)
        {
            if (expected[token] == 0)
            {
                Assert.AreEqual(0, counts[token], $"token {token} is not among the kept");
                continue;
            }

            var wanted = expected[token] * Draws;
            statistic += (counts[token] - wanted) * (counts[token] - wanted) / wanted;
            kept++;
        }

        Assert.IsLessThanOrEqualTo(kept - 1 + (5 * Math.Sqrt(2d * Math.Max(0, kept - 1))) + 1e-9, statistic, $"{kept} tokens are kept");
    }

    private static double[] Reference(float[] logits, SamplingOptions options, int[] present)
    {
        var scaled = logits.Select((logit, id) => (double)(present.Contains(id) ? logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty : logit) / options.Temperature).ToArray();
        var order = Enumerable.Range(0, Vocabulary).OrderByDescending(id => scaled[id]).ThenBy(id => id).Take(options.TopK ?? Vocabulary).ToArray();
        var weights = order.Select(id => Math.Exp(scaled[id] - scaled[order[0]])).ToArray();
        var probabilities = weights.Select(weight => weight / weights.Sum()).ToArray();
        var (kept, mass) = (0, 0d);
        while (kept < order.Length && (kept == 0 || mass < (options.TopP ?? 2)))
        {
            mass += probabilities[kept++];
        }

        var result = new double[Vocabulary];
        for (var rank = 0; rank < kept; rank++)
        {
            result[order[rank]] = probabilities[rank] >= (options.MinP ?? 0) * probabilities[0] ? probabilities[rank] : 0;
        }

        var sum = result.Sum();
        return [.. result.Select(probability => probability / sum)];
    }

    private static float[] Logits()
    {
        var random = new Random(12);
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => (float)((random.NextDouble() * 7) - 3))];
    }
}
