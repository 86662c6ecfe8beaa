using Steering.Compilation;
using Steering.Concepts;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>
/// The operators by concept, compiled and run through the socket's formula, against their definitions: within 1e-3 of the
/// activation, which is what a policy promises.
/// </summary>
[TestClass]
public sealed class ConceptOperatorTests
{
    private const int Feature = 3;
    private static readonly TestSae Sae = new(SaeArchitecture.Standard);

    [TestMethod]
    public void Attenuate_TwoGaussians_IsALogisticAndExact()
    {
        var posterior = Gaussians([0.4f, 0.2f], [1.5f, 0.7f], [0.5f, 0.4f]);
        var policy = Attenuate(posterior);
        Assert.HasCount(1, Program(policy).Rows);
        Assert.HasCount(4, Program(policy).Attenuation);
        Check(policy, a => ConceptEdits.Attenuate(a, Exact(posterior, a), 1), 1e-5);
    }

    [TestMethod]
    public void Attenuate_RandomGaussians_StaysWithinAThousandth()
    {
        var carried = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(2, 6);
            float Next(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
            var posterior = Gaussians(
                [.. Enumerable.Range(0, count).Select(_ => Next(0.001, 1))],
                [.. Enumerable.Range(0, count).Select(_ => Next(0.1, 3))],
                [.. Enumerable.Range(0, count).Select(_ => seed % 3 == 0 ? Next(0.01, 0.04) : Next(0.05, 0.8))]);
            var (strength, exponent, floor) = (seed % 2 == 0 ? 1 : 0.5f, seed % 5 == 0 ? 2f : 1, seed % 4 == 0 ? 0.3f : 0);
            if (!Enumerable.Range(1, 400).Any(step => Exact(posterior, step * 0.01) >= Math.Max(floor, 0.01)))
            {
                continue;
            }

            var settings = new AttenuateOperator { Strength = strength, Exponent = exponent, Floor = floor, Posteriors = [posterior] };
            Assert.IsLessThanOrEqualTo(1e-3f, settings.Measured().Posteriors[0].Error!.Value, $"seed {seed}");
            Check(Attenuate(posterior, strength, exponent, floor), a => ConceptEdits.Attenuate(a, Exact(posterior, a), strength, exponent, floor), 1e-3, $"seed {seed}");
            carried++;
        }

        Assert.IsGreaterThan(40, carried);
    }

    [TestMethod]
    public void Attenuate_DisjointDensities_IsAblationOnTheTargetAndIdentityElsewhere()
    {
        var posterior = Gaussians([0.5f, 0.5f], [2, 0.5f], [0.1f, 0.1f]);
        Check(Attenuate(posterior), a => a > 1.35 ? 0 : a < 1.15 ? a : ConceptEdits.Attenuate(a, Exact(posterior, a), 1), 1e-4);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(7)]
    public void Attenuate_IdenticalDensities_ScalesByOneMinusOneOverC(int concepts) =>
        Check(
            Attenuate(Gaussians([.. Enumerable.Repeat(0.3f, concepts)], [.. Enumerable.Repeat(1f, concepts)], [.. Enumerable.Repeat(0.4f, concepts)])),
            a => a * (1 - (1.0 / concepts)),
            1e-5);

    [TestMethod]
    public void Attenuate_Table_InterpolatesBetweenKnots()
    {
        var table = new TableFeaturePosterior { Knots = [0.2f, 1, 1.001f, 3], Values = [0.1f, 0.2f, 0.9f, 0.4f] };
        Check(Attenuate(table, exponent: 3), a => a * Math.Pow(1 - Interpolate(table, a), 3), 1e-3);
        Check(Attenuate(table, floor: 0.5f), a => Interpolate(table, a) is var p && p < 0.5 ? a : a * (1 - p), 1e-3);
    }

    [TestMethod]
    public void Attenuate_FloorThatIsNeverReached_IsRefused()
    {
        var message = TestData.Refusal(Attenuate(Gaussians([0.5f, 0.5f], [1, 1], [0.4f, 0.4f]), floor: 0.9f), Sae);
        Assert.Contains("never reaches the floor 0.9", message, StringComparison.Ordinal);
        Assert.Contains("main#3", message, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(1.0f, 0.4f, 1f)]
    [DataRow(0.2f, 0.4f, 2f)]
    [DataRow(1.3f, 0.1f, 2f)]
    public void RangeMask_MasksTheRangeAndNothingElse(float mean, float deviation, float tau) =>
        Check(Edit(new RangeMaskOperator { Means = [mean], Deviations = [deviation], Tau = tau }), a => ConceptEdits.RangeMask(a, mean, deviation, tau), 1e-6);

    [TestMethod]
    [DataRow(1.0f, 0.4f, 1f, 0.125f)]
    [DataRow(0.2f, 0.4f, 2f, 0.5f)]
    [DataRow(1.3f, 0.1f, 2f, 1f)]
    public void Dampen_RisesLinearlyFromTheMean(float mean, float deviation, float tau, float beta) =>
        Check(Edit(new DampenOperator { Means = [mean], Deviations = [deviation], Tau = tau, Beta = beta }), a => ConceptEdits.Dampen(a, mean, deviation, tau, beta), 1e-5);

    [TestMethod]
    public void FullMask_RemovesTheActivation() => Check(Edit(new FullMaskOperator()), _ => 0, 1e-6);

    [TestMethod]
    public void RangeWithoutAnActivation_IsRefused() =>
        Assert.Contains("holds no activation above 0", TestData.Refusal(Edit(new RangeMaskOperator { Means = [0], Deviations = [0] }), Sae), StringComparison.Ordinal);

    [TestMethod]
    public void TokenGate_OnARange_IsRefused()
    {
        var policy = Edit(new RangeMaskOperator { Means = [1], Deviations = [0.2f] });
        var gated = policy with { Interventions = [policy.Interventions[0] with { Gate = Gate.Token(Steering.Policies.Feature.Of(5), 0.1f, StrengthUnit.Raw) }] };
        Assert.Contains("opens and closes with the feature's own activation", TestData.Refusal(gated, Sae), StringComparison.Ordinal);
    }

    private static SteeringPolicy Edit(SteeringOperator edit) =>
        SteeringPolicy.Create("p").With(new Intervention { Target = Steering.Policies.Feature.Of(Feature), Operator = edit }) with { SkipPositionZero = false };

    private static SteeringPolicy Attenuate(FeaturePosterior posterior, float strength = 1, float exponent = 1, float floor = 0) =>
        Edit(new AttenuateOperator { Strength = strength, Exponent = exponent, Floor = floor, Posteriors = [posterior] });

    private static GaussianFeaturePosterior Gaussians(float[] weights, float[] means, float[] deviations) => new() { Weights = weights, Means = means, Deviations = deviations };

    /// <summary>Bayes' rule written out.</summary>
    private static double Exact(GaussianFeaturePosterior posterior, double a)
    {
        double[] logs = [.. Enumerable.Range(0, posterior.Weights.Count).Select(index =>
            Math.Log(posterior.Weights[index]) - Math.Log(posterior.Deviations[index]) - (Math.Pow((a - posterior.Means[index]) / posterior.Deviations[index], 2) / 2))];
        return 1 / logs.Sum(log => Math.Exp(log - logs[0]));
    }

    private static double Interpolate(TableFeaturePosterior table, double a)
    {
        for (var knot = 0; knot < table.Knots.Count; knot++)
        {
            if (a <= table.Knots[knot])
            {
                return knot == 0 ? table.Values[0] : table.Values[knot - 1] + ((a - table.Knots[knot - 1]) / (table.Knots[knot] - (double)table.Knots[knot - 1]) * (table.Values[knot] - (double)table.Values[knot - 1]));
            }
        }

        return table.Values[^1];
    }

    private static SiteProgram Program(SteeringPolicy policy) => TestData.Compile(policy, Sae).Sites.Single();

    /// <summary>Sets the activation to values of every size by moving x along the feature's read row, and reads the edit off the decoder row.</summary>
    private static void Check(SteeringPolicy policy, Func<double, double> edit, double tolerance, string what = "")
    {
        var program = Program(policy);
        var read = program.Read[..TestSae.Width];
        var write = program.Write[..TestSae.Width];
        var (square, length) = (read.Sum(value => (double)value * value), write.Sum(value => (double)value * value));
        var bias = program.Dials[(int)Steering.Sockets.Dial.Bias * program.RowCount];
        for (var step = 1; step <= 400; step++)
        {
            // Beside the round numbers at which ranges end: there single and double precision decide differently.
            var wanted = (step * 0.01) + 0.0037;
            float[] x = [.. read.Select(value => (float)(value * (wanted - bias) / square))];
            var (after, activations) = SocketReference.Apply(program, x, tokens: 1);
            double a = activations[0];
            var moved = after.Zip(x, write).Sum(number => ((double)number.First - number.Second) * number.Third) / length;
            Assert.AreEqual(edit(a), a + moved, (tolerance * a) + 2e-6, $"{what} at a = {a}");
        }
    }
}
