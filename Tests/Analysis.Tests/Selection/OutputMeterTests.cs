using Steering.Analysis.Harvest;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Compilation;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Selection;

/// <summary>What features do to the small real model's output.</summary>
[TestClass]
public sealed class OutputMeterTests
{
    private const string Site = "resid_post.0";
    private static readonly int[] Latents = [3, 40, 77];

    /// <summary>Two tokens: a policy leaves position 0 alone, so it acts where the meter does.</summary>
    [TestMethod]
    public void Effects_AreThoseOfASocketedModelUnderAPolicy()
    {
        var folder = TestModels.Stories(socketed: true);
        var sae = Sae();
        int[] prompt = [1, 200];
        using var meter = OutputMeter.Load(SiteCut.Load(folder), Site, sae, prompt);
        var effects = meter.Measure([.. Latents.Select(latent => Push.Of(sae, latent, 2))], factor: 3);

        using var pass = ForwardPass.Load(folder);
        var neutral = Last(pass.Run(prompt));
        var resources = new SteeringResources();
        resources.AddSae("s", sae, Site);
        for (var index = 0; index < Latents.Length; index++)
        {
            var policy = SteeringPolicy.Create("p").Add(Feature.Of("s", Latents[index]), 6, StrengthUnit.Raw);
            var amplified = Last(pass.Run(prompt, new PolicyCompiler(pass.Manifest!, resources).Compile(policy)));
            Assert.IsGreaterThan(1e-3, effects[index].Divergence);
            Assert.AreEqual(NextTokens.Divergence(amplified, neutral), effects[index].Divergence, 1e-3);
            Assert.AreEqual(NextTokens.Confidence(amplified) - NextTokens.Confidence(neutral), effects[index].ConfidenceChange, 1e-3);
            Assert.AreEqual(NextTokens.OutputScore(amplified, [.. effects[index].Tokens]), effects[index].Score, 1e-3);
        }
    }

    /// <summary>Against the final norm's gain and the LM head, from the checkpoint.</summary>
    [TestMethod]
    public void Tokens_AreThoseOfTheLogitLens()
    {
        using var checkpoint = SafetensorsFile.Open(OracleFolder.RequireModel("tinystories-656k", "model.safetensors"));
        var (gain, head) = (checkpoint.ReadFloat32("model.norm.weight"), checkpoint.ReadFloat32("lm_head.weight"));
        var sae = Sae();
        using var meter = OutputMeter.Load(SiteCut.Load(TestModels.Stories()), Site, sae, [1, 200, 17]);
        var effects = meter.Measure([.. Latents.Select(latent => Push.Of(sae, latent, 1))]);
        for (var index = 0; index < Latents.Length; index++)
        {
            var direction = sae.DecoderDirection(Latents[index]);
            double[] logits = [.. Enumerable.Range(0, head.Length / gain.Length).Select(token => direction.Select((value, component) => (double)value * gain[component] * head[(token * gain.Length) + component]).Sum())];
            var expected = Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).Take(NextTokens.Top).ToArray();
            for (var place = 0; place < expected.Length; place++)
            {
                // Of tokens that are nearly alike either may come first.
                Assert.AreEqual(logits[expected[place]], logits[effects[index].Tokens[place]], 1e-5 * Math.Abs(logits[expected[0]]));
            }
        }

        Refusal.Of(() => OutputMeter.Load(SiteCut.Load(TestModels.Stories()), Site, sae, []), "no token");
    }

    /// <summary>The same numbers from loops over head and tail.</summary>
    [TestMethod]
    public void CausalCheck_MeasuresAddedAndRemovedEvidence()
    {
        var (cut, sae) = (SiteCut.Load(TestModels.Stories()), Sae());
        var random = new Random(2);
        (int[] Ids, bool)[] texts = [.. Enumerable.Range(0, 16).Select(index => ((int[])[1, .. Enumerable.Range(0, 9).Select(_ => random.Next(100, 130) + (index % 2 * 20))], index % 2 == 0))];
        using var check = CausalCheck.Load(cut, Site, sae, texts, count: 3);
        Assert.AreEqual(3, check.WithConcept);
        Assert.AreEqual(3, check.WithoutConcept);

        var push = Push.Of(sae, Active(cut, sae, texts), 3);
        var effect = check.Measure(push);
        var order = Enumerable.Range(0, 16).ToArray();
        new SeededRandom(0, stream: 1).Shuffle(order);
        int[] chosen = [.. order.Where(index => texts[index].Item2).Take(3), .. order.Where(index => !texts[index].Item2).Take(3)];
        var lexicon = new ConceptLexicon(2048);
        foreach (var index in order.Except(chosen))
        {
            lexicon.Add(texts[index].Ids, texts[index].Item2);
        }

        var evidence = lexicon.Evidence();
        using var head = SiteHead.Load(cut, Site);
        using var tail = SiteTail.Load(cut, Site);
        var (induces, repairs) = (0.0, 0.0);
        foreach (var index in chosen)
        {
            var (ids, own) = texts[index];
            var residual = new float[ids.Length * 128];
            head.Run(ids, 1, ids.Length, residual);
            var before = Evidence(tail, residual, ids.Length, evidence);
            var activations = sae.EncodeSparse(residual, ids.Length);
            for (var token = 1; token < ids.Length; token++)
            {
                var place = activations.Indices(token).BinarySearch(push.Latent!.Value);
                var change = own ? -(place < 0 ? 0 : activations.Values(token)[place]) : 3;
                for (var component = 0; component < 128; component++)
                {
                    residual[(token * 128) + component] += change * push.Direction.Span[component];
                }
            }

            var after = Evidence(tail, residual, ids.Length, evidence);
            induces += own ? 0 : (after - before) / 3;
            repairs += own ? (before - after) / 3 : 0;
        }

        Assert.AreEqual(induces, effect.Induces, 1e-4);
        Assert.AreEqual(repairs, effect.Repairs, 1e-4);
        Assert.IsTrue(effect.InducesInterval.Contains(effect.Induces) && effect.RepairsInterval.Contains(effect.Repairs));
        Assert.AreNotEqual(0, effect.Repairs);
    }

    [TestMethod]
    public void CausalCheck_OfAPushOfNoLength_IsZero_AndNothingHolds()
    {
        (int[], bool)[] texts = [.. Enumerable.Range(0, 8).Select(index => ((int[])[1, 200 + index, 300], index % 2 == 0))];
        var (cut, sae) = (SiteCut.Load(TestModels.Stories()), Sae());
        using var check = CausalCheck.Load(cut, Site, sae, texts, count: 2);
        var effect = check.Measure(Push.Of(sae, 3, 0));
        Assert.AreEqual(0, effect.Induces);
        Assert.AreEqual(0, effect.LossAdded);
        Assert.IsFalse(effect.HoldsBothWays);
        Refusal.Of(() => CausalCheck.Load(cut, Site, sae, texts[..6], count: 2), "at least 4 texts", "3 and 3");
    }

    [TestMethod]
    public void DirectionTakenOut_LeavesNoComponent()
    {
        float[] row = [1, 2, 3];
        new Push(new float[] { 0, 2, 0 }, 1, Latent: null).Remove(row, 0, InputNormalisation.None);
        Assert.AreSequenceEqual(new float[] { 1, 0, 3 }, row);
        Assert.AreEqual(6, new Push(new float[] { 0, 2, 0 }, 1, Latent: null).WithLength(6).Length, 1e-6);
    }

    [TestMethod]
    public void RandomDirections_AreUnitAndSeeded()
    {
        var directions = RandomDirections.Draw(400, 64, seed: 4);
        Assert.IsTrue(directions.All(direction => Math.Abs(direction.Sum(value => (double)value * value) - 1) < 1e-5));
        Assert.AreSequenceEqual(directions[0], RandomDirections.Draw(1, 64, seed: 4)[0]);
        Assert.AreNotEqual(directions[0][0], RandomDirections.Draw(1, 64, seed: 5)[0][0]);

        // Uniform on the sphere: a cosine has mean 0 and variance 1/d.
        double[] cosines = [.. directions.Skip(1).Select(direction => direction.Zip(directions[0], (left, right) => (double)left * right).Sum())];
        Assert.AreEqual(0, cosines.Average(), 0.03);
        Assert.AreEqual(1.0 / 64, cosines.Average(cosine => cosine * cosine), 0.004);
    }

    private static float[] Last(ForwardResult result) => result.Logits[^result.VocabularySize..];

    private static int Active(SiteCut cut, SparseAutoencoder sae, (int[] Ids, bool Own)[] texts)
    {
        using var head = SiteHead.Load(cut, Site);
        var counts = new int[sae.LatentCount];
        foreach (var (ids, _) in texts.Where(text => text.Own))
        {
            var residual = new float[ids.Length * 128];
            head.Run(ids, 1, ids.Length, residual);
            var activations = sae.EncodeSparse(residual, ids.Length);
            for (var token = 1; token < ids.Length; token++)
            {
                foreach (var latent in activations.Indices(token))
                {
                    counts[latent]++;
                }
            }
        }

        return Array.IndexOf(counts, counts.Max());
    }

    private static double Evidence(SiteTail tail, float[] residual, int length, float[] evidence)
    {
        var logits = new float[length * 2048];
        tail.Run(residual, 1, length, logits);
        var sum = 0.0;
        for (var token = 1; token < length; token++)
        {
            double[] row = [.. logits.Skip(token * 2048).Take(2048).Select(logit => Math.Exp(logit))];
            sum += row.Zip(evidence, (share, number) => share * number).Sum() / row.Sum();
        }

        return sum / (length - 1);
    }

    private static SparseAutoencoder Sae() => SaeFolder.Load(OracleFolder.Require("saes", "topk"));
}
