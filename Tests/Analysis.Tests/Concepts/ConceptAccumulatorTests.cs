using Steering.Analysis.Concepts;
using Steering.Concepts;

namespace Steering.Tests.Analysis.Concepts;

[TestClass]
public sealed class ConceptAccumulatorTests
{
    [TestMethod]
    public void Folded_KeepsMomentsExactAndHistogramsNearlySo()
    {
        var (exact, folded) = (Measure(100_000), Measure(exactValues: 64));
        for (var concept = 0; concept < 2; concept++)
        {
            Assert.AreEqual(exact.Active(0, concept), folded.Active(0, concept));
            Assert.AreEqual(exact.ActiveMean(0, concept), folded.ActiveMean(0, concept), 1e-12);
            Assert.AreEqual(exact.ActiveDeviation(0, concept), folded.ActiveDeviation(0, concept), 1e-12);
            var (left, right) = (new double[ConceptHistogram.BinCount], new double[ConceptHistogram.BinCount]);
            exact.Shares(0, concept, left);
            folded.Shares(0, concept, right);

            // A value moves by half a fine bin at most, so the cumulative share by what lies in one bin.
            var (cumulative, worst, most) = (0d, 0d, left.Max());
            for (var bin = 0; bin < left.Length; bin++)
            {
                cumulative += right[bin] - left[bin];
                worst = Math.Max(worst, Math.Abs(cumulative));
            }

            Assert.IsLessThanOrEqualTo(most, worst);
            Assert.AreEqual(exact.FiringRate(0, concept), right.Sum(), 1e-12);
        }

        Assert.AreEqual(Separability.Of(exact, 0), Separability.Of(folded, 0), 0.02);
        Assert.AreEqual(exact.Auroc(0, 0), folded.Auroc(0, 0), 0.001);
    }

    [TestMethod]
    public void SaeOfAMillionLatents_TakesMemoryForWhatFires()
    {
        var accumulator = new ConceptAccumulator(1 << 20, ["a", "b"]);
        accumulator.Add([0], [3, 1_000_000], [1f, 2f]);
        accumulator.Add([1], [3], [4f]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var text = 0; text < 1000; text++)
        {
            accumulator.Add([text % 2], [5, 700_000], [text + 1f, 1f]);
        }

        Assert.IsLessThan(1 << 18, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(501, accumulator.Observations[0]);
    }

    [TestMethod]
    public void SeveralLabels_CountUnderEach()
    {
        var accumulator = new ConceptAccumulator(2, ["a", "b", "c"]);
        accumulator.Add([0, 1], [1], [2f]);
        accumulator.Add([0, 1], [1], [4f]);
        accumulator.Add([2], [], []);
        accumulator.Add([2], [], []);
        var statistics = accumulator.ToStatistics(ConceptCase.Origin);
        Assert.AreEqual(3, statistics.Mean(1, 0));
        Assert.AreEqual(3, statistics.Mean(1, 1));
        Assert.AreEqual(0, statistics.FiringRate(1, 2));
        Assert.AreEqual(1, Separability.Distance(statistics, 1, 0, 2), 1e-12);
        Assert.AreEqual(0, Separability.Distance(statistics, 1, 0, 1), 1e-12);
        Assert.AreEqual(0, Separability.Of(statistics, 0));
    }

    [TestMethod]
    public void OneExample_IsRefusedByName()
    {
        var accumulator = new ConceptAccumulator(2, ["calm", "rude"]);
        accumulator.Add([0], [], []);
        accumulator.Add([0], [], []);
        accumulator.Add([1], [], []);
        Assert.Contains("'rude' has one example", Refusal.Of(() => accumulator.ToStatistics(ConceptCase.Origin)).Message, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(-1f)]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void SignedOrBrokenActivations_AreRefused(float value)
    {
        var accumulator = new ConceptAccumulator(2, ["a", "b"]);
        Assert.Contains("at least 0", Refusal.Of(() => accumulator.Add([0], [1], [value])).Message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void FewerThanTwoConcepts_AreRefused() =>
        Assert.Contains("at least two", Refusal.Of(() => _ = new ConceptAccumulator(2, ["a"])).Message, StringComparison.Ordinal);

    private static ConceptStatistics Measure(int exactValues)
    {
        var random = new Random(7);
        var accumulator = new ConceptAccumulator(1, ["a", "b"], exactValues);
        for (var text = 0; text < 4000; text++)
        {
            var value = (float)Math.Max(0, (text % 2 == 0 ? 2 : 3) + (random.NextDouble() * 4) - 2.5);
            accumulator.Add([text % 2], value > 0 ? [0] : [], value > 0 ? [value] : []);
        }

        return accumulator.ToStatistics(ConceptCase.Origin);
    }
}
