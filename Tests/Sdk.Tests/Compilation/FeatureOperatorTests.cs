using Steering.Compilation;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>
/// Every operator on features, against x' = x + Σ (a' − a)·d with a from the SAE's definition and a' from the
/// operator's. Tolerance 2e-5 absolute at residuals of order 1 (the rows fold the decoder bias in fp32).
/// </summary>
[TestClass]
public sealed class FeatureOperatorTests
{
    private const int Tokens = 40;
    private const double Tolerance = 2e-5;

    private static readonly int[] Features = [3, 17, 18, 40];

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void Add_WhetherOrNotActive_AddsTheValue(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.Add(Feature.Of(Features), 1.5f, StrengthUnit.Raw), a => a + 1.5);

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void Clamp_Always_SetsTheValue(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.Clamp(Feature.Of(Features), 0.75f, StrengthUnit.Raw), _ => 0.75);

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void ClampWhereActive_WhenInactive_LeavesTheResidualAlone(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.ClampWhereActive(Feature.Of(Features), -2, StrengthUnit.Raw), a => a > 0 ? -2 : a);

    [TestMethod]
    [DataRow(SaeArchitecture.Standard, -1f)]
    [DataRow(SaeArchitecture.JumpRelu, 0.25f)]
    [DataRow(SaeArchitecture.TopK, 4f)]
    public void Scale_Always_MultipliesTheActivation(SaeArchitecture architecture, float gain) =>
        Check(architecture, policy => policy.Scale(Feature.Of(Features), gain), a => gain * a);

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void Ablate_Always_RemovesTheActivation(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.Ablate(Feature.Of(Features)), _ => 0);

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void Cap_Always_TakesTheSmaller(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.Cap(Feature.Of(Features), 0.4f, StrengthUnit.Raw), a => Math.Min(a, 0.4f));

    [TestMethod]
    [DataRow(SaeArchitecture.Standard)]
    [DataRow(SaeArchitecture.JumpRelu)]
    [DataRow(SaeArchitecture.TopK)]
    public void Floor_Always_TakesTheLarger(SaeArchitecture architecture) =>
        Check(architecture, policy => policy.Floor(Feature.Of(Features), 0.6f, StrengthUnit.Raw), a => Math.Max(a, 0.6f));

    [TestMethod]
    public void Values_OneAFeature_AreTakenInOrder()
    {
        var sae = new TestSae(SaeArchitecture.Standard);
        var policy = SteeringPolicy.Create("p").With(new Intervention { Target = Feature.Of(Features), Operator = new ClampOperator { Values = [1, 2, 3, 4], Unit = StrengthUnit.Raw } })
            with
        { SkipPositionZero = false };
        Check(sae, policy, (_, feature) => Array.IndexOf(Features, feature) + 1);
    }

    [TestMethod]
    public void MaxActivation_WithStatistics_MultipliesTheValue()
    {
        var maxima = Enumerable.Range(0, TestSae.Latents).Select(latent => 1 + (latent / 10f)).ToArray();
        var sae = new TestSae(SaeArchitecture.JumpRelu, maxActivation: maxima);
        var policy = SteeringPolicy.Create("p").Clamp(Feature.Of(Features), 2) with { SkipPositionZero = false };
        Check(sae, policy, (_, feature) => 2 * (1 + (feature / 10.0)));
    }

    [TestMethod]
    public void ResidualNorm_OnAdd_AddsAFractionOfTheTokensNorm()
    {
        var sae = new TestSae(SaeArchitecture.TopK);
        var program = TestData.Compile(SteeringPolicy.Create("p").Add(Feature.Of(5), -0.5f, StrengthUnit.ResidualNorm) with { SkipPositionZero = false }, sae).Sites.Single();
        var x = TestData.Normal(new Random(5), TestSae.Width, 1);
        var (actual, _) = SocketReference.Apply(program, x, tokens: 1);
        var norm = Math.Sqrt(x.Sum(value => (double)value * value));
        var row = sae.Decoder.AsSpan(5 * TestSae.Width, TestSae.Width).ToArray();
        var length = Math.Sqrt(row.Sum(value => (double)value * value));
        TestData.AssertNear([.. x.Select((value, index) => (float)(value - (0.5 * norm * row[index] / length)))], actual, Tolerance, "x'");
        Assert.IsNull(program.Encoder, "Adding needs no competition.");
    }

    [TestMethod]
    public void TwoAdds_OfOneFeature_Stack() =>
        Check(SaeArchitecture.TopK, policy => policy.Add(Feature.Of(Features), 1, StrengthUnit.Raw).Add(Feature.Of(Features), 0.5f, StrengthUnit.Raw), a => a + 1.5);

    [TestMethod]
    public void SkipPositionZero_ByDefault_LeavesTheFirstTokenAlone()
    {
        var sae = new TestSae(SaeArchitecture.Standard);
        var policy = SteeringPolicy.Create("p").Clamp(Feature.Of(3), 2, StrengthUnit.Raw);
        var x = TestData.Normal(new Random(9), 2 * TestSae.Width, 1);
        var (actual, _) = SocketReference.Apply(TestData.Compile(policy, sae).Sites[0], x, tokens: 2);
        CollectionAssert.AreEqual(x[..TestSae.Width], actual[..TestSae.Width]);
        CollectionAssert.AreNotEqual(x[TestSae.Width..], actual[TestSae.Width..]);

        var everywhere = policy with { Interventions = [policy.Interventions[0] with { SkipPositionZero = false }] };
        var (edited, _) = SocketReference.Apply(TestData.Compile(everywhere, sae).Sites[0], x, tokens: 2);
        CollectionAssert.AreNotEqual(x[..TestSae.Width], edited[..TestSae.Width]);
    }

    private static void Check(SaeArchitecture architecture, Func<SteeringPolicy, SteeringPolicy> build, Func<double, double> edit) =>
        Check(new TestSae(architecture), build(SteeringPolicy.Create("p") with { SkipPositionZero = false }), (a, _) => edit(a));

    private static void Check(TestSae sae, SteeringPolicy policy, Func<double, int, double> edit)
    {
        var program = TestData.Compile(policy, sae).Sites.Single();
        var x = TestData.Normal(new Random(77), Tokens * TestSae.Width, 1);
        var expected = (float[])x.Clone();
        var (active, inactive) = (0, 0);
        for (var token = 0; token < Tokens; token++)
        {
            var a = sae.Encode(x.AsSpan(token * TestSae.Width, TestSae.Width));
            foreach (var feature in Features)
            {
                (active, inactive) = a[feature] > 0 ? (active + 1, inactive) : (active, inactive + 1);
                for (var index = 0; index < TestSae.Width; index++)
                {
                    expected[(token * TestSae.Width) + index] += (float)((edit(a[feature], feature) - a[feature]) * sae.Decoder[(feature * TestSae.Width) + index]);
                }
            }
        }

        Assert.IsGreaterThan(3, active, "The data must show active latents.");
        Assert.IsGreaterThan(3, inactive, "The data must show inactive latents.");
        var (actual, activations) = SocketReference.Apply(program, x, Tokens);
        TestData.AssertNear(expected, actual, Tolerance, "x'");
        CheckReports(sae, program, x, activations);
    }

    /// <summary>Every row that says so reports the activation of its latent.</summary>
    private static void CheckReports(TestSae sae, SiteProgram program, float[] x, float[] activations)
    {
        for (var token = 0; token < Tokens; token++)
        {
            var a = sae.Encode(x.AsSpan(token * TestSae.Width, TestSae.Width));
            for (var row = 0; row < program.RowCount; row++)
            {
                var expected = program.Rows[row].ReportsActivation ? a[program.Rows[row].Feature] : 0;
                Assert.AreEqual(expected, activations[(token * program.RowCount) + row], Tolerance, $"activation of {program.Rows[row].Label} at token {token}");
            }
        }
    }
}
