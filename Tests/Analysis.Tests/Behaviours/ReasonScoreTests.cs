using Steering.Analysis.Behaviours;

namespace Steering.Tests.Analysis.Behaviours;

[TestClass]
public sealed class ReasonScoreTests
{
    private const int Latents = 6;
    private const int Words = 3;

    /// <summary>The formula written out on dense numbers, token by token; within 1e-9.</summary>
    [TestMethod]
    public void Scores_AreThoseOfTheFormula()
    {
        var random = new Random(8);
        var sae = ReasoningSamples.Identity(Latents);
        float[] rows = [.. Enumerable.Range(0, 80 * Latents).Select(index => index % Latents == 5 ? -1 : (float)(random.NextDouble() - 0.4))];
        int[][] near = [.. Enumerable.Range(0, 80).Select(_ => Enumerable.Range(0, Words).Where(_ => random.Next(4) == 0).ToArray())];
        var codes = sae.EncodeSparse(rows, 80);
        var score = new ReasonScore(Latents, Words);
        for (var token = 0; token < 80; token++)
        {
            score.Add(near[token], codes, token);
        }

        double Mean(int latent, Func<int, bool> chosen)
        {
            int[] tokens = [.. Enumerable.Range(0, 80).Where(chosen)];
            return tokens.Average(token => Math.Max(0.0, rows[(token * Latents) + latent]));
        }

        double[] inside = [.. Enumerable.Range(0, Latents).Select(latent => Mean(latent, token => near[token].Length > 0))];
        double[] outside = [.. Enumerable.Range(0, Latents).Select(latent => Mean(latent, token => near[token].Length == 0))];
        var scores = score.Scores(0.7);
        for (var latent = 0; latent < Latents; latent++)
        {
            double[] means = [.. Enumerable.Range(0, Words).Select(word => Mean(latent, token => near[token].Contains(word)))];
            var entropy = means.Sum() == 0 ? 0 : -means.Where(mean => mean > 0).Sum(mean => mean / means.Sum() * Math.Log(mean / means.Sum()));
            var expected = (inside[latent] / inside.Sum() * Math.Pow(entropy / Math.Log(Words), 0.7)) - (outside[latent] / outside.Sum());
            Assert.AreEqual(expected, scores[latent], 1e-9, $"latent {latent}");
        }

        Assert.AreEqual(0, scores[5], "a latent that never fires");
    }

    [TestMethod]
    public void OneWord_OrNoTokenNearOne_IsRefused()
    {
        var codes = ReasoningSamples.Identity(2).EncodeSparse([1, 1], 1);
        var single = new ReasonScore(2, 1);
        single.Add([0], codes, 0);
        single.Add([], codes, 0);
        Refusal.Of(() => single.Scores(), "at least two words");
        var far = new ReasonScore(2, 2);
        far.Add([], codes, 0);
        Refusal.Of(() => far.Scores(), "0 tokens inside");
    }
}
