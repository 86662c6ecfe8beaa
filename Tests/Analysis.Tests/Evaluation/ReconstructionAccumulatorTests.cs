using Steering.Analysis.Evaluation;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class ReconstructionAccumulatorTests
{
    private const int Width = 7;

    /// <summary>Against the formulas written out in double, on rows whose mean is a thousand times their spread.</summary>
    [TestMethod]
    [DataRow(0f)]
    [DataRow(500f)]
    public void ToMetrics_OverParts_EqualsTheFormulasOverTheWhole(float offset)
    {
        const int Tokens = 50;
        var x = TestSae.RandomRows(Tokens, Width, 1, offset);
        var y = x.Zip(TestSae.RandomRows(Tokens, Width, 2), (value, noise) => value + (0.3f * noise)).ToArray();
        var accumulator = new ReconstructionAccumulator(Width);
        accumulator.Add(x.AsSpan(0, 13 * Width), y.AsSpan(0, 13 * Width));
        accumulator.Add(x.AsSpan(13 * Width), y.AsSpan(13 * Width));

        var metrics = accumulator.ToMetrics();

        double[] mean = [.. Enumerable.Range(0, Width).Select(i => Enumerable.Range(0, Tokens).Average(t => (double)x[(t * Width) + i]))];
        double Sum(Func<int, int, double> term) => Enumerable.Range(0, Tokens).Sum(t => Enumerable.Range(0, Width).Sum(i => term(t, i)));
        double Square(double value) => value * value;
        double X(int t, int i) => x[(t * Width) + i];
        double Y(int t, int i) => y[(t * Width) + i];
        double Token(int t, Func<int, double> term) => Enumerable.Range(0, Width).Sum(term);
        var error = Sum((t, i) => Square(X(t, i) - Y(t, i)));
        var variance = Sum((t, i) => Square(X(t, i) - mean[i]));
        Assert.AreEqual(error / variance, metrics.UnexplainedVariance, 1e-4 * error / variance);
        Assert.AreEqual(1 - metrics.UnexplainedVariance, metrics.ExplainedVariance, 1e-15);
        Assert.AreEqual(error / Tokens, metrics.MeanSquaredError, 1e-4 * error / Tokens);
        Assert.AreEqual(variance / Tokens, metrics.Variance, 1e-4 * variance / Tokens);
        Assert.AreEqual(Sum((t, i) => Square(Y(t, i))) / Sum((t, i) => X(t, i) * Y(t, i)), metrics.RelativeBias, 1e-6);
        Assert.AreEqual(
            Enumerable.Range(0, Tokens).Average(t => Token(t, i => X(t, i) * Y(t, i)) / Math.Sqrt(Token(t, i => Square(X(t, i))) * Token(t, i => Square(Y(t, i))))),
            metrics.Cosine,
            1e-6);
        Assert.AreEqual(
            Enumerable.Range(0, Tokens).Average(t => Math.Sqrt(Token(t, i => Square(Y(t, i))) / Token(t, i => Square(X(t, i))))),
            metrics.RelativeNorm,
            1e-6);
    }

    [TestMethod]
    public void ToMetrics_OfAPerfectAndOfAShrunkReconstruction_SaysSo()
    {
        var x = TestSae.RandomRows(20, Width, 3);
        var perfect = new ReconstructionAccumulator(Width);
        perfect.Add(x, x);
        Assert.AreEqual(0, perfect.ToMetrics().UnexplainedVariance, 0);
        Assert.AreEqual(1, perfect.ToMetrics().RelativeBias, 0);

        var shrunk = new ReconstructionAccumulator(Width);
        shrunk.Add(x, [.. x.Select(value => 0.5f * value)]);
        Assert.AreEqual(0.5, shrunk.ToMetrics().RelativeBias, 1e-6);
        Assert.AreEqual(0.5, shrunk.ToMetrics().RelativeNorm, 1e-6);
        Assert.AreEqual(1, shrunk.ToMetrics().Cosine, 1e-6);
    }

    /// <summary>The baseline that every autoencoder must beat.</summary>
    [TestMethod]
    public void ToMetrics_OfTheMean_IsOne()
    {
        var x = TestSae.RandomRows(40, Width, 4, offset: 2);
        float[] mean = [.. Enumerable.Range(0, Width).Select(i => (float)Enumerable.Range(0, 40).Average(t => (double)x[(t * Width) + i]))];
        var accumulator = new ReconstructionAccumulator(Width);
        for (var token = 0; token < 40; token++)
        {
            accumulator.Add(x.AsSpan(token * Width, Width), mean);
        }

        Assert.AreEqual(1, accumulator.ToMetrics().UnexplainedVariance, 1e-5);
    }

    [TestMethod]
    public void Add_AndToMetrics_RefuseWhatMeansNothing()
    {
        var accumulator = new ReconstructionAccumulator(Width);
        Refusal.Of(() => accumulator.ToMetrics(), "at least two different");
        Refusal.Of(() => accumulator.Add(new float[Width], new float[2 * Width]), "same multiple of 7");
        Refusal.Of(() => accumulator.Add(Enumerable.Repeat(float.NaN, Width).ToArray(), new float[Width]), "token 0", "not finite");
        accumulator.Add(new float[3 * Width], new float[3 * Width]);
        Refusal.Of(() => accumulator.ToMetrics(), "3 came");
    }
}
