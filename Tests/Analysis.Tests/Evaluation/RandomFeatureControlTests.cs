using Steering.Analysis.Evaluation;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class RandomFeatureControlTests
{
    private const int Latents = 200;

    // Rates fall with the latent, so that the nearest are the neighbours; latent 7 never fired.
    private static readonly SparseAutoencoder Sae = TestSae.Random(Latents, 8, seed: 1).WithStatistics(new SaeStatistics
    {
        MaxActivation = Enumerable.Range(0, Latents).Select(latent => latent == 7 ? 0f : 1 + latent).ToArray(),
        FiringFrequency = Enumerable.Range(0, Latents).Select(latent => MathF.Exp(-latent / 20f)).ToArray(),
        TokenCount = 1000,
    });

    private static readonly SteeringPolicy Policy = SteeringPolicy.Create("test")
        .Add(Feature.Of("a", 10, 20), 0.5f)
        .Add(Feature.Of("a", 10), -3, StrengthUnit.Raw)
        .Ablate(Feature.Of("a", 30))
        .Add(Feature.Of("a", 40), 0.1f, StrengthUnit.ResidualNorm);

    [TestMethod]
    public void Push_IsTheSame_OnOtherFeaturesThatFireAboutAsOften()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var control = RandomFeatureControl.Of(Policy, _ => Sae, seed);
            control.Validate();
            var before = Policy.Interventions.SelectMany(Pushes).ToArray();
            var after = control.Interventions.SelectMany(Pushes).ToArray();
            Assert.HasCount(before.Length, after);
            foreach (var (old, other) in before.Zip(after))
            {
                Assert.AreEqual(old.Push, other.Push, 1e-4 * Math.Abs(old.Push));
                Assert.DoesNotContain(other.Feature, (int[])[7, 10, 20, 30, 40]);
                Assert.IsLessThanOrEqualTo(40, Math.Abs(old.Feature - other.Feature), "one of the thirty-two nearest");
            }

            Assert.AreEqual(after[0].Feature, after[2].Feature, "one feature has one stand-in");
            Assert.HasCount(4, after.Select(push => push.Feature).Distinct());
        }
    }

    [TestMethod]
    public void Seed_DecidesTheFeatures()
    {
        Assert.AreEqual(RandomFeatureControl.Of(Policy, _ => Sae, 3), RandomFeatureControl.Of(Policy, _ => Sae, 3));
        Assert.AreNotEqual(RandomFeatureControl.Of(Policy, _ => Sae, 3), RandomFeatureControl.Of(Policy, _ => Sae, 4));
    }

    [TestMethod]
    public void DirectionsAndAutoencodersWithoutStatistics_AreRefused()
    {
        Refusal.Of(() => RandomFeatureControl.Of(SteeringPolicy.Create("d").Add(Direction.At("resid_post.0", [1, 2]), 1), _ => Sae, 0), "direction", "features only");
        Refusal.Of(() => RandomFeatureControl.Of(SteeringPolicy.Create("a").Ablate(Feature.Of("a", 1)), _ => TestSae.Random(4, 4, 1), 0), "no statistics");
    }

    /// <summary>Value times norm of the decoder row; for what has no length of its own, a constant.</summary>
    private static IEnumerable<(int Feature, double Push)> Pushes(Intervention intervention)
    {
        var features = ((FeatureTarget)intervention.Target).Features;
        return features.Select((feature, index) =>
        {
            if (intervention.Operator is not ValueOperator edit || intervention.EffectiveUnit == StrengthUnit.ResidualNorm)
            {
                return (feature, 1.0);
            }

            var value = edit.Values[edit.Values.Count == 1 ? 0 : index] * (intervention.EffectiveUnit == StrengthUnit.MaxActivation ? 1 + feature : 1);
            return (feature, value * Math.Sqrt(Sae.DecoderDirection(feature).Sum(part => (double)part * part)));
        });
    }
}
