using Steering.Compilation;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Compilation;

[TestClass]
public sealed class GateTests
{
    private const int Tokens = 60;
    private const double Tolerance = 2e-5;

    [TestMethod]
    [DataRow(SaeArchitecture.JumpRelu, 0f)]
    [DataRow(SaeArchitecture.JumpRelu, 0.8f)]
    [DataRow(SaeArchitecture.TopK, 0f)]
    [DataRow(SaeArchitecture.TopK, 0.8f)]
    public void TokenGate_OnAnotherFeature_AddsWhereItExceedsTheThreshold(SaeArchitecture architecture, float threshold)
    {
        var sae = new TestSae(architecture);
        var policy = SteeringPolicy.Create("p").Add(Feature.Of(9), 2, StrengthUnit.Raw, Gate.Token(Feature.Of(3), threshold, StrengthUnit.Raw));
        Check(sae, policy, a => a[3] > threshold ? 2 : 0);
        Assert.IsTrue(policy.Interventions[0].Gate is TokenGate);
    }

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.TopK)]
    public void TokenGate_OnTheOwnActivation_OpensAboveTheThreshold(SaeArchitecture architecture)
    {
        var sae = new TestSae(architecture);
        Check(sae, SteeringPolicy.Create("p").Clamp(Feature.Of(9), -1, StrengthUnit.Raw, Gate.Token(Feature.Of(9), 0.5f, StrengthUnit.Raw)), a => a[9] > 0.5 ? -1 - a[9] : 0);
        Check(sae, SteeringPolicy.Create("p").ClampWhereActive(Feature.Of(9), 3, StrengthUnit.Raw, Gate.Token(Feature.Of(9), 0.5f, StrengthUnit.Raw)), a => a[9] > 0.5 ? 3 - a[9] : 0);
        Check(sae, SteeringPolicy.Create("p").Add(Feature.Of(9), 3, StrengthUnit.Raw, Gate.Token(Feature.Of(9), 0.5f, StrengthUnit.Raw)), a => a[9] > 0.5 ? 3 : 0);
    }

    [TestMethod]
    public void TokenGate_InMaxActivations_MultipliesTheThreshold()
    {
        var sae = new TestSae(SaeArchitecture.Standard, maxActivation: [.. Enumerable.Repeat(2f, TestSae.Latents)]);
        Check(sae, SteeringPolicy.Create("p").Scale(Feature.Of(9), 0, Gate.Token(Feature.Of(3), 0.25f)), a => a[3] > 0.5 ? -a[9] : 0);
    }

    [TestMethod]
    public void TokenGate_OnTheOwnActivation_NeedsNoSecondRow()
    {
        var program = TestData.Compile(SteeringPolicy.Create("p").Scale(Feature.Of(9), 0, Gate.Token(Feature.Of(9), 1, StrengthUnit.Raw)), new TestSae(SaeArchitecture.TopK)).Sites.Single();
        Assert.AreEqual(1, program.RowCount);
        CollectionAssert.AreEqual(new long[] { 0 }, program.GateRow);
    }

    [TestMethod]
    public void TokenGates_OnTheSameFeature_ShareOneRow()
    {
        var gate = Gate.Token(Feature.Of(3), 0.5f, StrengthUnit.Raw);
        var policy = SteeringPolicy.Create("p").Add(Feature.Of(1), 1, StrengthUnit.Raw, gate).Add(Feature.Of(2), 1, StrengthUnit.Raw, gate).Add(Feature.Of(4), 1, StrengthUnit.Raw, Gate.Token(Feature.Of(3), 2, StrengthUnit.Raw));
        var program = TestData.Compile(policy, new TestSae(SaeArchitecture.Standard)).Sites.Single();
        Assert.AreEqual(4, program.RowCount);
        CollectionAssert.AreEqual(new long[] { 3, 3, 3, 3 }, program.GateRow);
        Assert.AreEqual(new ProgramRow("main#3", 3, -1), program.Rows[3]);
        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f, 2f, float.NegativeInfinity }, program.Dials[(4 * (int)Dial.Gate)..(4 * ((int)Dial.Gate + 1))]);
    }

    [TestMethod]
    public void PromptGate_Always_LatchesOnAWatchRowAndActsOnTheCompletion()
    {
        var policy = SteeringPolicy.Create("p").Add(Direction.At("resid_post.5", Ones()), 1, gate: Gate.Prompt(Feature.Of(3), 0.5f, StrengthUnit.Raw));
        var compiled = TestData.Compile(policy, new TestSae(SaeArchitecture.TopK));
        var intervention = compiled.Interventions.Single();
        Assert.AreEqual(InterventionSpan.Completion, intervention.Span);
        Assert.AreEqual(0.5f, intervention.LatchThreshold);
        Assert.AreEqual(1, intervention.LatchFirstPosition);
        Assert.AreEqual(new RowAddress(0, 0), intervention.LatchRow);
        Assert.AreEqual(new RowAddress(1, 0), intervention.Rows.Single());
        Assert.AreEqual("resid_post.3", compiled.Sites[0].Site);
        Assert.AreEqual(-1, compiled.Sites[0].Rows[0].Intervention);
        Assert.IsNotNull(compiled.Sites[0].Encoder);
        Assert.AreEqual(float.NegativeInfinity, compiled.Sites[1].Dials[(int)Dial.Gate], "The latch is the host's; the row itself is open.");

        var everywhere = TestData.Compile(policy with { SkipPositionZero = false }, new TestSae(SaeArchitecture.TopK));
        Assert.AreEqual(0, everywhere.Interventions[0].LatchFirstPosition);
    }

    [TestMethod]
    public void CallbackGate_WhenRegistered_IsHandedToTheHost()
    {
        var compiled = TestData.Compile(SteeringPolicy.Create("p").Ablate(Feature.Of(3), Gate.Callback("known"), InterventionSpan.Prompt), new TestSae(SaeArchitecture.Standard));
        Assert.AreEqual("known", compiled.Interventions[0].Callback);
        Assert.AreEqual(InterventionSpan.Prompt, compiled.Interventions[0].Span);
        Assert.IsNull(compiled.Interventions[0].LatchRow);
    }

    [TestMethod]
    public void CallbackGate_WhenUnknown_IsRefusedWithTheKnownNames() =>
        Assert.AreEqual(
            "Policy 'p' interventions[0] (ablate sae#3): no callback 'other' is registered; known are 'known'. Register it before the policy is used.",
            TestData.Refusal(SteeringPolicy.Create("p").Ablate(Feature.Of(3), Gate.Callback("other")), new TestSae(SaeArchitecture.Standard)));

    [TestMethod]
    public void TokenGate_AtAnotherSite_IsRefused() =>
        StringAssert.Contains(
            TestData.Refusal(SteeringPolicy.Create("p").Add(Direction.At("resid_post.5", Ones()), 1, gate: Gate.Token(Feature.Of(3), 0, StrengthUnit.Raw)), new TestSae(SaeArchitecture.Standard)),
            "a token gate opens rows of its own site only, but it looks at main#3, which belongs to resid_post.3, and the intervention edits resid_post.5. Use a prompt gate", StringComparison.Ordinal);

    [TestMethod]
    public void ClampWhereActive_WithAGateOnAnotherFeature_IsRefused() =>
        StringAssert.Contains(
            TestData.Refusal(SteeringPolicy.Create("p").ClampWhereActive(Feature.Of(9), 1, StrengthUnit.Raw, Gate.Token(Feature.Of(3), 0, StrengthUnit.Raw)), new TestSae(SaeArchitecture.Standard)),
            "clampWhereActive is gated by the feature's own activation already, so it cannot wait for main#3 as well.", StringComparison.Ordinal);

    private static float[] Ones() => [.. Enumerable.Repeat(1f, TestSae.Width)];

    private static void Check(TestSae sae, SteeringPolicy policy, Func<double[], double> change)
    {
        var program = TestData.Compile(policy with { SkipPositionZero = false }, sae).Sites.Single();
        var x = TestData.Normal(new Random(21), Tokens * TestSae.Width, 1);
        var expected = (float[])x.Clone();
        var opened = 0;
        for (var token = 0; token < Tokens; token++)
        {
            var edit = change(sae.Encode(x.AsSpan(token * TestSae.Width, TestSae.Width)));
            opened += edit == 0 ? 0 : 1;
            for (var index = 0; index < TestSae.Width; index++)
            {
                expected[(token * TestSae.Width) + index] += (float)(edit * sae.Decoder[(9 * TestSae.Width) + index]);
            }
        }

        Assert.IsGreaterThan(0, opened, "The gate must open somewhere.");
        Assert.IsLessThan(Tokens, opened, "The gate must stay shut somewhere.");
        TestData.AssertNear(expected, SocketReference.Apply(program, x, Tokens).Residual, Tolerance, "x'");
    }
}
