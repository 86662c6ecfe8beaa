using Steering.Training.Autoencoders;

namespace Steering.Tests.Training.Autoencoders;

[TestClass]
public sealed class ThresholdEstimateTests
{
    [TestMethod]
    public void Value_OfConstantObservations_IsThatConstantFromTheFirst()
    {
        var estimate = new ThresholdEstimate(0.01);
        Assert.AreEqual(0, estimate.Value);
        for (var batch = 0; batch < 5; batch++)
        {
            estimate.Observe(0.7);
            Assert.AreEqual(0.7, estimate.Value, 1e-12);
        }
    }

    [TestMethod]
    public void Value_IsTheWeightedMeanOfWhatWasSeen()
    {
        var estimate = new ThresholdEstimate(0.25);
        double[] seen = [1, 3, 2];
        Array.ForEach(seen, estimate.Observe);

        double[] weights = [0.75 * 0.75, 0.75, 1];
        Assert.AreEqual(seen.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum(), estimate.Value, 1e-12);
    }

    [TestMethod]
    public void Observe_OfABatchWithoutActivations_ChangesNothing()
    {
        var estimate = new ThresholdEstimate();
        estimate.Observe(2);
        estimate.Observe(double.PositiveInfinity);
        estimate.Observe(double.NaN);
        Assert.AreEqual(2, estimate.Value, 1e-12);
    }

    [TestMethod]
    public void Restore_ContinuesBitForBit()
    {
        var (whole, first) = (new ThresholdEstimate(), new ThresholdEstimate());
        whole.Observe(0.3);
        first.Observe(0.3);
        var second = new ThresholdEstimate();
        second.Restore(first.Sum, first.Weight);
        whole.Observe(0.4);
        second.Observe(0.4);
        Assert.AreEqual(whole.Value, second.Value);
    }

    [TestMethod]
    public void Rate_OutOfRange_IsRefused()
    {
        Refusal.Of(() => _ = new ThresholdEstimate(1.5), "1.5", "at most 1");
        Refusal.Of(() => _ = new ThresholdEstimate(double.NaN), "NaN");
    }
}
