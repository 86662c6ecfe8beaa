using Steering.Compilation;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Tests.Sdk.Compilation;

[TestClass]
public sealed class CompilerRefusalTests
{
    private static readonly float[] Ones = [.. Enumerable.Repeat(1f, TestSae.Width)];

    [TestMethod]
    public void UnknownFeature_Always_IsRefusedWithTheRange() =>
        Assert.AreEqual(
            "Policy 'p' interventions[0] (scale sae#64): there is no feature 64; the SAE 'main' (test-sae) has the features 0 to 63.",
            Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(64), 0)));

    [TestMethod]
    public void MaxActivation_WithoutStatistics_IsRefusedWithTheCure()
    {
        var message = Refusal(SteeringPolicy.Create("p").Clamp(Feature.Of(4), 2));
        StringAssert.StartsWith(message, "Policy 'p' interventions[0] (clamp sae#4): ", StringComparison.Ordinal);
        StringAssert.Contains(message, SaeStatistics.FileName, StringComparison.Ordinal);
        StringAssert.Contains(message, "raw", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Zero_InMaxActivations_NeedsNoStatistics() =>
        Assert.HasCount(1, TestData.Compile(SteeringPolicy.Create("p").Clamp(Feature.Of(4), 0), new TestSae(SaeArchitecture.Standard)).Sites);

    [TestMethod]
    public void Site_WithoutSocket_IsRefusedWithTheSites()
    {
        StringAssert.Contains(Refusal(SteeringPolicy.Create("p").Add(Direction.At("resid_post.7", Ones), 1)), "direction at resid_post.7 belongs to resid_post.7, which has no socket in this folder of tiny. Its sites: resid_post.0, resid_post.3, resid_post.5.", StringComparison.Ordinal);
        StringAssert.Contains(TestData.Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(1), 0), new TestSae(SaeArchitecture.Standard, hook: "blocks.7.hook_resid_post")), "no site 'resid_post.7'", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Sae_WithoutSite_IsRefusedUnlessOneIsGiven()
    {
        var sae = new TestSae(SaeArchitecture.Standard, hook: null);
        var policy = SteeringPolicy.Create("p").Scale(Feature.Of(1), 0);
        StringAssert.Contains(TestData.Refusal(policy, sae), "name the site, as in resid_post.15", StringComparison.Ordinal);
        var compiled = new PolicyCompiler(TestData.Manifest, new SteeringResources().AddSae("main", sae.Sae, "resid_post.5")).Compile(policy);
        Assert.AreEqual("resid_post.5", compiled.Sites.Single().Site);
    }

    [TestMethod]
    public void Width_ThatDiffers_IsRefused()
    {
        StringAssert.Contains(Refusal(SteeringPolicy.Create("p").Add(Direction.At("resid_post.3", [1, 2, 3]), 1)), "direction at resid_post.3 has 3 numbers, but the residual stream of tiny has 24 dimensions at resid_post.3", StringComparison.Ordinal);
        var compiler = new PolicyCompiler(TestData.CreateManifest(32, 3), new SteeringResources().AddSae("main", new TestSae(SaeArchitecture.Standard).Sae));
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => compiler.Compile(SteeringPolicy.Create("p").Scale(Feature.Of(1), 0))).Message, "width 24", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Sae_OfAnotherModel_IsRefusedUnlessAllowed()
    {
        var sae = new TestSae(SaeArchitecture.Standard, model: "gpt2-small");
        var policy = SteeringPolicy.Create("p").Scale(Feature.Of(1), 0);
        StringAssert.Contains(TestData.Refusal(policy, sae), "'gpt2-small'", StringComparison.Ordinal);
        var resources = new SteeringResources { AllowOtherModel = true }.AddSae("main", sae.Sae);
        Assert.HasCount(1, new PolicyCompiler(TestData.Manifest, resources).Compile(policy).Sites);
    }

    [TestMethod]
    public void Sae_ThatIsUnknown_IsRefusedWithTheKnownOnes()
    {
        StringAssert.Contains(Refusal(SteeringPolicy.Create("p").Scale(Feature.Of("other", 1), 0)), "there is no SAE 'other'; known are 'main'.", StringComparison.Ordinal);
        StringAssert.Contains(TestData.Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(1), 0)), "the feature names no SAE, and there is none", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Sae_LeftOutAmongSeveral_IsRefused()
    {
        var resources = new SteeringResources().AddSae("a", new TestSae(SaeArchitecture.Standard).Sae).AddSae("b", new TestSae(SaeArchitecture.Standard).Sae);
        var compiler = new PolicyCompiler(TestData.Manifest, resources);
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => compiler.Compile(SteeringPolicy.Create("p").Scale(Feature.Of(1), 0))).Message, "there are several ('a', 'b'): name one with 'sae'", StringComparison.Ordinal);
        Assert.AreEqual("An SAE 'a' is registered already; give each SAE an id of its own.", Assert.ThrowsExactly<SteeringException>(() => resources.AddSae("a", new TestSae(SaeArchitecture.Standard).Sae)).Message);
    }

    [TestMethod]
    public void TwoCompetingSaes_AtOneSite_AreRefused()
    {
        var resources = new SteeringResources().AddSae("a", new TestSae(SaeArchitecture.TopK, seed: 1).Sae).AddSae("b", new TestSae(SaeArchitecture.TopK, seed: 2).Sae);
        var policy = SteeringPolicy.Create("p").Scale(Feature.Of("a", 1), 0).Scale(Feature.Of("b", 1), 0);
        StringAssert.Contains(
            Assert.ThrowsExactly<SteeringException>(() => new PolicyCompiler(TestData.Manifest, resources).Compile(policy)).Message,
            "at resid_post.3 the latents of 'a' (test-sae) compete for their places already, and one site can hold one such SAE", StringComparison.Ordinal);
        Assert.HasCount(1, new PolicyCompiler(TestData.Manifest, resources).Compile(SteeringPolicy.Create("p").Scale(Feature.Of("a", 1), 0).Add(Feature.Of("b", 1), 1, StrengthUnit.Raw)).Sites);
    }

    [TestMethod]
    public void SaeThatNoRowReproduces_Always_IsRefusedByName() =>
        StringAssert.Contains(
            TestData.Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(1), 0), new TestSae(SaeArchitecture.AbsTopK)),
            "AbsTopK", StringComparison.Ordinal);

    [TestMethod]
    public void TwoEdits_OfOneFeature_AreRefusedWithBothNames() =>
        Assert.AreEqual(
            "Policy 'p' interventions[0] (calm) and Policy 'p' interventions[1] (loud) both edit main#4 at resid_post.3, and their result would depend on an order that policies do not have. Only several adds stack: keep one of the two, or give them spans that do not overlap.",
            Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(4), 0, name: "calm").Add(Feature.Of(4, 5), 2, StrengthUnit.Raw, name: "loud")));

    [TestMethod]
    public void TwoEdits_OfOneFeatureInSpansThatDoNotOverlap_AreAccepted() =>
        Assert.AreEqual(
            2,
            TestData.Compile(SteeringPolicy.Create("p").Scale(Feature.Of(4), 0, span: InterventionSpan.Prompt).Scale(Feature.Of(4), 3, span: InterventionSpan.Completion), new TestSae(SaeArchitecture.Standard)).Sites[0].RowCount);

    [TestMethod]
    public void TwoEdits_OfOneDirection_AreRefused() =>
        StringAssert.Contains(
            Refusal(SteeringPolicy.Create("p").Ablate(Direction.At("resid_post.3", Ones)).ProjectionGain(Direction.At("resid_post.3", Ones), 2)),
            "both edit direction@resid_post.3 at resid_post.3", StringComparison.Ordinal);

    [TestMethod]
    public void DeadFeature_Always_IsRefused()
    {
        var sae = SparseAutoencoder.Create(new SaeParameters
        {
            Source = "dead",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = TestSae.Width,
            LatentCount = 1,
            Encoder = (float[])Ones.Clone(),
            EncoderBias = [0],
            Decoder = new float[TestSae.Width],
            DecoderBias = new float[TestSae.Width],
            HookName = "blocks.3.hook_resid_post",
        });
        var compiler = new PolicyCompiler(TestData.Manifest, new SteeringResources().AddSae("main", sae));
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => compiler.Compile(SteeringPolicy.Create("p").Ablate(Feature.Of(0)))).Message, "the decoder row of main#0 is all zeros, so steering it would change nothing", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Overflow_OfAMaxActivationMultiple_IsRefused()
    {
        var sae = new TestSae(SaeArchitecture.Standard, maxActivation: [.. Enumerable.Repeat(1e30f, TestSae.Latents)]);
        StringAssert.Contains(TestData.Refusal(SteeringPolicy.Create("p").Clamp(Feature.Of(4), 1e20f), sae), "times the maximum activation of main#4 is not finite", StringComparison.Ordinal);
    }

    [TestMethod]
    public void InvalidPolicy_MadeInCode_IsRefusedAtCompilation() =>
        StringAssert.Contains(Refusal(SteeringPolicy.Create("p").Scale(Feature.Of(4), float.NaN)), "interventions[0].gain: NaN is not a finite number.", StringComparison.Ordinal);

    [TestMethod]
    public void Watch_OfAnUnknownFeature_IsRefused()
    {
        StringAssert.Contains(TestData.Refusal(SteeringPolicy.Create("p"), new TestSae(SaeArchitecture.Standard), Feature.Of(64)), "watch[0]: there is no feature 64", StringComparison.Ordinal);
        StringAssert.Contains(TestData.Refusal(SteeringPolicy.Create("p"), new TestSae(SaeArchitecture.Standard), Feature.Of()), "watch[0].features: 0 features were given", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Rows_BeyondTheMaximum_AreRefused()
    {
        var policy = SteeringPolicy.Create("p") with
        {
            Interventions = [.. Enumerable.Range(0, 200).Select(_ => new Intervention { Target = Feature.Of([.. Enumerable.Range(0, TestSae.Latents)]), Operator = new AddOperator { Values = [1], Unit = StrengthUnit.Raw } })],
        };
        StringAssert.Contains(Refusal(policy), "more than 8192 rows are needed", StringComparison.Ordinal);
    }

    private static string Refusal(SteeringPolicy policy) => TestData.Refusal(policy, new TestSae(SaeArchitecture.Standard));
}
