using Steering.Policies;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>Every operator on directions, against its formula with the unit direction u. Tolerance 1e-5 absolute.</summary>
[TestClass]
public sealed class DirectionOperatorTests
{
    private const double Tolerance = 1e-5;

    private static readonly float[] Given = TestData.Normal(new Random(3), TestSae.Width, 2);

    [TestMethod]
    public void Add_Raw_AddsTheDirectionAsItIs() =>
        Check(policy => policy.Add(Target(), 1.5f), (x, _, _) => [.. x.Select((value, index) => value + (1.5 * Given[index]))]);

    [TestMethod]
    public void Add_Normalized_AddsTheUnitDirection() =>
        Check(policy => policy.Add(Target() with { Normalize = true }, -3), (x, u, _) => Along(x, u, -3));

    [TestMethod]
    public void Add_ResidualNorm_AddsAFractionOfTheNorm() =>
        Check(policy => policy.Add(Target(), 0.25f, StrengthUnit.ResidualNorm), (x, u, _) => Along(x, u, 0.25 * Norm(x)));

    [TestMethod]
    public void Clamp_Raw_SetsTheComponent() =>
        Check(policy => policy.Clamp(Target(), 2), (x, u, a) => Along(x, u, 2 - a));

    [TestMethod]
    public void Clamp_ResidualNorm_SetsTheComponentToAFractionOfTheNorm() =>
        Check(policy => policy.Clamp(Target(), 0.5f, StrengthUnit.ResidualNorm), (x, u, a) => Along(x, u, (0.5 * Norm(x)) - a));

    [TestMethod]
    public void Cap_Raw_LimitsTheComponentFromAbove() =>
        Check(policy => policy.Cap(Target(), 0.2f), (x, u, a) => Along(x, u, Math.Min(a, 0.2f) - a));

    [TestMethod]
    public void Cap_ResidualNorm_LimitsTheComponentRelativeToTheNorm() =>
        Check(policy => policy.Cap(Target(), -0.1f, StrengthUnit.ResidualNorm), (x, u, a) => Along(x, u, Math.Min(a, -0.1f * Norm(x)) - a));

    [TestMethod]
    public void Floor_Raw_LimitsTheComponentFromBelow() =>
        Check(policy => policy.Floor(Target(), -0.3f), (x, u, a) => Along(x, u, Math.Max(a, -0.3f) - a));

    [TestMethod]
    public void Floor_ResidualNorm_LimitsTheComponentRelativeToTheNorm() =>
        Check(policy => policy.Floor(Target(), 0.05f, StrengthUnit.ResidualNorm), (x, u, a) => Along(x, u, Math.Max(a, 0.05f * Norm(x)) - a));

    [TestMethod]
    [DataRow(0f)]
    [DataRow(2f)]
    [DataRow(-1.5f)]
    public void ProjectionGain_Always_MultipliesTheComponent(float gain) =>
        Check(policy => policy.ProjectionGain(Target(), gain), (x, u, a) => Along(x, u, (gain - 1) * a));

    [TestMethod]
    public void Ablate_Always_ProjectsTheDirectionOut() =>
        Check(policy => policy.Ablate(Target()), (x, u, a) => Along(x, u, -a));

    [TestMethod]
    public void TokenGate_OnAProbe_OpensWhereThePlainProductExceedsTheThreshold()
    {
        var probe = TestData.Normal(new Random(8), TestSae.Width, 1.5);
        Check(
            policy => policy.Add(Target(), 1, gate: Gate.Token(Direction.At(TestSae.Site, probe), 0.7f)),
            (x, _, _) => Dot(x, probe) > 0.7f ? [.. x.Select((value, index) => value + (double)Given[index])] : [.. x.Select(value => (double)value)]);
    }

    [TestMethod]
    public void TokenGate_OnANormalizedProbe_ReadsTheUnitDirection()
    {
        var probe = TestData.Normal(new Random(8), TestSae.Width, 1.5);
        var norm = Norm(probe);
        Check(
            policy => policy.Ablate(Target(), gate: Gate.Token(Direction.At(TestSae.Site, probe) with { Normalize = true }, -0.2f)),
            (x, u, a) => Along(x, u, Dot(x, probe) / norm > -0.2f ? -a : 0));
    }

    private static DirectionTarget Target() => Direction.At(TestSae.Site, Given);

    private static void Check(Func<SteeringPolicy, SteeringPolicy> build, Func<float[], double[], double, double[]> formula)
    {
        const int Tokens = 30;
        var policy = build(SteeringPolicy.Create("p")) with { SkipPositionZero = false };
        var program = TestData.Compile(policy).Sites.Single();
        var x = TestData.Normal(new Random(12), Tokens * TestSae.Width, 1);
        var (actual, _) = SocketReference.Apply(program, x, Tokens);
        var norm = Norm(Given);
        double[] unit = [.. Given.Select(value => value / norm)];
        for (var token = 0; token < Tokens; token++)
        {
            var vector = x[(token * TestSae.Width)..((token + 1) * TestSae.Width)];
            var expected = formula(vector, unit, vector.Select((value, index) => value * unit[index]).Sum());
            TestData.AssertNear([.. expected.Select(value => (float)value)], actual[(token * TestSae.Width)..((token + 1) * TestSae.Width)], Tolerance, $"token {token}");
        }
    }

    private static double[] Along(float[] x, double[] unit, double length) => [.. x.Select((value, index) => value + (length * unit[index]))];

    private static double Norm(float[] x) => Math.Sqrt(Dot(x, x));

    private static double Dot(float[] left, float[] right) => left.Select((value, index) => (double)value * right[index]).Sum();
}
