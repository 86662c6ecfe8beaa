using Steering.Compilation;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Compilation;

[TestClass]
public sealed class CompilerTests
{
    [TestMethod]
    public void EmptyPolicy_Always_PlugsNothingIn()
    {
        var compiled = TestData.Compile(SteeringPolicy.Create("none"), new TestSae(SaeArchitecture.TopK));
        Assert.IsEmpty(compiled.Sites);
        Assert.IsEmpty(compiled.Interventions);
    }

    [TestMethod]
    public void Sites_OfSeveralInterventions_StandByBlock()
    {
        var ones = Enumerable.Repeat(1f, TestSae.Width).ToArray();
        var policy = SteeringPolicy.Create("p").Add(Direction.At("resid_post.5", ones), 1, name: "late").Add(Direction.At("resid_post.0", ones), 2, name: "early");
        var compiled = TestData.Compile(policy);
        CollectionAssert.AreEqual(new[] { "resid_post.0", "resid_post.5" }, compiled.Sites.Select(site => site.Site).ToArray());
        CollectionAssert.AreEqual(new[] { "late", "early" }, compiled.Interventions.Select(entry => entry.Name).ToArray());
        Assert.AreEqual(new RowAddress(1, 0), compiled.Interventions[0].Rows.Single());
        Assert.AreEqual(new RowAddress(0, 0), compiled.Interventions[1].Rows.Single());
        Assert.AreEqual(new ProgramRow("late", -1, 0) { ReportsActivation = false }, compiled.Sites[1].Rows[0]);
    }

    [TestMethod]
    public void Add_ToACompetingLatent_NeedsNoEncoder()
    {
        var program = TestData.Compile(SteeringPolicy.Create("p").Add(Feature.Of(3), 1, StrengthUnit.Raw), new TestSae(SaeArchitecture.TopK)).Sites.Single();
        Assert.IsNull(program.Encoder);
        Assert.IsFalse(program.Rows[0].ReportsActivation);
    }

    [TestMethod]
    public void Watch_OfACompetingLatentThatIsAddedTo_ReadsItExactly()
    {
        var sae = new TestSae(SaeArchitecture.TopK);
        var compiled = TestData.Compile(SteeringPolicy.Create("p").Add(Feature.Of(3), 1, StrengthUnit.Raw), sae, Feature.Of(3, 7), Feature.Of(3));
        CollectionAssert.AreEqual(
            new[] { new CompiledWatch("main#3", new RowAddress(0, 1)), new CompiledWatch("main#7", new RowAddress(0, 2)), new CompiledWatch("main#3", new RowAddress(0, 1)) },
            compiled.Watches.ToArray());
        Assert.IsNotNull(compiled.Sites[0].Encoder);
        CheckActivation(sae, compiled, latent: 3, row: 1);
        CheckActivation(sae, compiled, latent: 7, row: 2);
    }

    [TestMethod]
    public void Watch_OfAnEditedLatent_SharesItsRow()
    {
        var sae = new TestSae(SaeArchitecture.JumpRelu);
        var compiled = TestData.Compile(SteeringPolicy.Create("p").Scale(Feature.Of(3), 2), sae, Feature.Of(3));
        Assert.AreEqual(new CompiledWatch("main#3", new RowAddress(0, 0)), compiled.Watches.Single());
        CheckActivation(sae, compiled, latent: 3, row: 0);
    }

    [TestMethod]
    public void Watch_WithoutPolicies_EditsNothing()
    {
        var sae = new TestSae(SaeArchitecture.TopK);
        var compiled = TestData.Compile(SteeringPolicy.Create("p"), sae, Feature.Of(1, 2, 3), Direction.At(TestSae.Site, TestData.Normal(new Random(2), TestSae.Width, 1)));
        Assert.AreEqual(4, compiled.Sites.Single().RowCount);
        var x = TestData.Normal(new Random(4), 16 * TestSae.Width, 3);
        CollectionAssert.AreEqual(x, SocketReference.Apply(compiled.Sites[0], x, 16).Residual);
    }

    [TestMethod]
    public void TwoPolicies_Together_NumberTheirInterventionsThrough()
    {
        var sae = new TestSae(SaeArchitecture.Standard);
        var compiled = new PolicyCompiler(TestData.Manifest, new SteeringResources().AddSae("main", sae.Sae))
            .Compile([SteeringPolicy.Create("a").Scale(Feature.Of(1), 0), SteeringPolicy.Create("b").Scale(Feature.Of(2, 3), 0)]);
        CollectionAssert.AreEqual(new[] { 0, 1, 1 }, compiled.Sites.Single().Rows.Select(row => row.Intervention).ToArray());
        CollectionAssert.AreEqual(new[] { new RowAddress(0, 1), new RowAddress(0, 2) }, compiled.Interventions[1].Rows.ToArray());
    }

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void ClosedGate_OnEveryRow_IsAnExactNoOpThatStillReads(SaeArchitecture architecture)
    {
        var sae = new TestSae(architecture);
        var direction = Direction.At(TestSae.Site, TestData.Normal(new Random(2), TestSae.Width, 1));
        var policy = SteeringPolicy.Create("p")
            .Add(Feature.Of(1), 3, StrengthUnit.Raw)
            .Clamp(Feature.Of(2, 3), 2, StrengthUnit.Raw)
            .Scale(Feature.Of(4), 5, Gate.Token(Feature.Of(3), 0.1f, StrengthUnit.Raw))
            .Cap(direction, 0.5f, StrengthUnit.ResidualNorm);
        var program = TestData.Compile(policy with { SkipPositionZero = false }, sae).Sites.Single();
        var x = TestData.Normal(new Random(6), 20 * TestSae.Width, 4);
        var (edited, read) = SocketReference.Apply(program, x, 20);
        CollectionAssert.AreNotEqual(x, edited);

        var dials = (float[])program.Dials.Clone();
        dials.AsSpan((int)Dial.Gate * program.RowCount, program.RowCount).Fill(float.PositiveInfinity);
        var (untouched, stillRead) = SocketReference.Apply(program, x, 20, dials: dials);
        CollectionAssert.AreEqual(x, untouched);
        CollectionAssert.AreEqual(read, stillRead);

        NeutralDials.Fill(dials, program.RowCount);
        CollectionAssert.AreEqual(x, SocketReference.Apply(program, x, 20, dials: dials).Residual);
        Assert.ThrowsExactly<ArgumentException>(() => NeutralDials.Fill(dials, program.RowCount + 1));
    }

    [TestMethod]
    public void NeutralValue_OfEveryDial_IsTheContracts()
    {
        var expected = new Dictionary<Dial, float>
        {
            [Dial.Bias] = 0,
            [Dial.Threshold] = float.NegativeInfinity,
            [Dial.Competes] = 0,
            [Dial.Gain] = 1,
            [Dial.Offset] = 0,
            [Dial.Low] = float.MinValue,
            [Dial.High] = float.MaxValue,
            [Dial.Gate] = float.NegativeInfinity,
            [Dial.FirstPosition] = 0,
        };
        Assert.HasCount(SocketLayout.DialCount, expected);
        foreach (var (dial, value) in expected)
        {
            Assert.AreEqual(value, NeutralDials.Value(dial), $"{dial}");
        }
    }

    [TestMethod]
    public void ConstantNormSae_Always_ScalesTheEditByTheToken()
    {
        var random = new Random(11);
        var sae = SparseAutoencoder.Create(new SaeParameters
        {
            Source = "normed",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = TestSae.Width,
            LatentCount = 2,
            Encoder = TestData.Normal(random, 2 * TestSae.Width, 1),
            EncoderBias = [0.1f, 0.2f],
            Decoder = TestData.Normal(random, 2 * TestSae.Width, 1),
            DecoderBias = new float[TestSae.Width],
            Normalisation = InputNormalisation.ConstantNorm,
            HookName = "blocks.3.hook_resid_post",
        });
        var decoder = sae.DecoderDirection(1);
        var program = new PolicyCompiler(TestData.Manifest, new SteeringResources().AddSae("main", sae))
            .Compile(SteeringPolicy.Create("p").Add(Feature.Of(1), 2, StrengthUnit.Raw) with { SkipPositionZero = false }).Sites.Single();
        var x = TestData.Normal(random, TestSae.Width, 3);
        var scale = Math.Sqrt(x.Sum(value => (double)value * value) / TestSae.Width);
        TestData.AssertNear([.. x.Select((value, index) => (float)(value + (scale * 2 * decoder[index])))], SocketReference.Apply(program, x, 1).Residual, 5e-5, "x'");
    }

    private static void CheckActivation(TestSae sae, CompiledPolicy compiled, int latent, int row)
    {
        const int Tokens = 30;
        var program = compiled.Sites[0];
        var x = TestData.Normal(new Random(31), Tokens * TestSae.Width, 1);
        var (_, activations) = SocketReference.Apply(program, x, Tokens);
        for (var token = 0; token < Tokens; token++)
        {
            Assert.AreEqual(sae.Encode(x.AsSpan(token * TestSae.Width, TestSae.Width))[latent], activations[(token * program.RowCount) + row], 2e-5, $"token {token}");
        }
    }
}
