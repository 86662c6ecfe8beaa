using System.Numerics.Tensors;
using Steering.Analysis.Selection;

namespace Steering.Tests.Analysis.Selection;

[TestClass]
public sealed class DenseDirectionTests
{
    [TestMethod]
    public void PairedComponent_IsTheFirstEigenvector()
    {
        // Differences ±3·u and ±1·v of two orthogonal unit vectors: second moments 9 and 1.
        float[] first = [0.6f, 0.8f, 0];
        float[] second = [-0.8f, 0.6f, 0];
        var (direction, explained) = PairedComponent.First([Times(first, 3), Times(first, -3), second, Times(second, -1)]);
        Assert.AreEqual(1, Math.Abs(TensorPrimitives.Dot<float>(direction, first)), 1e-6);
        Assert.AreEqual(0.9, explained!.Value, 1e-6);
        Refusal.Of(() => PairedComponent.First([[0, 0], [0, 0]]), "the same residual");
    }

    /// <summary>The loss is convex, so a point where its gradient vanishes is the minimum: computed here from the returned weights alone.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(0.01)]
    public void Probe_IsWhereTheGradientVanishes(double penalty)
    {
        var random = new Random(5);
        var (rows, labels) = (new List<float[]>(), new List<bool>());
        for (var row = 0; row < 120; row++)
        {
            labels.Add(row % 3 == 0);
            rows.Add([.. Enumerable.Range(0, 12).Select(component => (float)((component + 1) * ((random.NextDouble() * 4) - 2 + (labels[^1] && component < 2 ? 1 : 0)) + 5))]);
        }

        var probe = LogisticProbe.Fit(rows, labels, penalty);
        double[] mean = [.. Enumerable.Range(0, 12).Select(component => rows.Average(row => (double)row[component]))];
        var scale = Math.Sqrt(rows.Average(row => row.Select((value, component) => Math.Pow(value - mean[component], 2)).Average()));
        double[] weights = [.. probe.Weights.Select(weight => weight * scale)];
        double[] gradient = [.. weights.Select(weight => penalty * weight)];
        var bias = 0.0;
        for (var row = 0; row < rows.Count; row++)
        {
            var error = (1 / (1 + Math.Exp(-(probe.Bias + rows[row].Select((value, component) => value * (double)probe.Weights[component]).Sum())))) - (labels[row] ? 1 : 0);
            bias += error;
            for (var component = 0; component < 12; component++)
            {
                gradient[component] += error * (rows[row][component] - mean[component]) / scale;
            }
        }

        Assert.AreEqual(0, bias, 1e-3);
        foreach (var component in gradient)
        {
            Assert.AreEqual(0, component, 1e-3);
        }

        Assert.IsGreaterThan(0.1, Math.Abs(weights[0]));
    }

    /// <summary>Two inputs at ±1: w solves λw = 2/(1 + eʷ).</summary>
    [TestMethod]
    public void Probe_OfTwoInputs_IsTheClosedForm()
    {
        var probe = LogisticProbe.Fit([[1], [-1]], [true, false], 0.5);
        Assert.AreEqual(2 / (1 + Math.Exp(probe.Weights[0])), 0.5 * probe.Weights[0], 1e-5);
        Assert.AreEqual(0, probe.Bias, 1e-6);
        Refusal.Of(() => LogisticProbe.Fit([[1], [-1]], [true, true], 1), "both kinds");
        Refusal.Of(() => LogisticProbe.Fit([[1], [-1]], [true, false], 0), "penalty above 0");
        Refusal.Of(() => LogisticProbe.Fit([[1], [1]], [true, false], 1), "alike");
    }

    [TestMethod]
    [DataRow(DenseMethod.DiffMean)]
    [DataRow(DenseMethod.Pca)]
    [DataRow(DenseMethod.Probe)]
    public void Find_PointsTowardsTheConcept_AsLongAsTheMeansLieApart(DenseMethod method)
    {
        var vectors = Vectors(towards: 4);
        var found = DenseDirections.Find(vectors, method);
        Assert.IsGreaterThan(0.9, found.Auroc);
        Assert.AreEqual(100, found.Trained + found.HeldOut);
        var direction = found.Direction.ToArray();
        Assert.IsGreaterThan(0, direction[0]);
        var norm = TensorPrimitives.Norm<float>(direction);
        double Mean(bool own) => vectors.Where(vector => vector.HasConcept == own && !vector.HeldOut).Average(vector => TensorPrimitives.Dot(vector.Values.Span, direction) / norm);
        Assert.AreEqual(Mean(true) - Mean(false), norm, 1e-3);
        Assert.AreEqual(method == DenseMethod.Pca, found.Explained is not null);
    }

    [TestMethod]
    public void HeldOutVectors_AreNeverTrainedOn()
    {
        var vectors = Vectors(towards: 4);
        LabelledVector[] turned = [.. vectors.Select(vector => vector.HeldOut ? vector with { HasConcept = !vector.HasConcept } : vector)];
        foreach (var method in (DenseMethod[])[DenseMethod.DiffMean, DenseMethod.Probe])
        {
            var (right, wrong) = (DenseDirections.Find(vectors, method), DenseDirections.Find(turned, method));
            Assert.AreSequenceEqual(right.Direction.ToArray(), wrong.Direction.ToArray());
            Assert.AreEqual(1 - right.Auroc, wrong.Auroc, 1e-9);
        }
    }

    [TestMethod]
    public void TooLittle_IsRefused()
    {
        var vectors = Vectors(towards: 1);
        Refusal.Of(() => DenseDirections.Find([.. vectors.Skip(1)], DenseMethod.Pca), "49 and 50");
        Refusal.Of(() => DenseDirections.Find([.. vectors.Where(vector => !vector.HeldOut)], DenseMethod.DiffMean), "1 to be measured on");
        Refusal.Of(() => DenseDirections.Find([.. vectors.Where(vector => vector.HasConcept)], DenseMethod.Probe), "2 texts of each kind");
    }

    private static LabelledVector[] Vectors(float towards)
    {
        var random = new Random(9);
        return
        [
            .. Enumerable.Range(0, 100).Select(index =>
            {
                float[] values = [.. Enumerable.Range(0, 8).Select(_ => (float)random.NextDouble())];
                values[0] += index % 2 == 0 ? towards : 0;
                return new LabelledVector(values, index % 2 == 0, index / 2 % 5 == 0);
            }),
        ];
    }

    private static float[] Times(float[] vector, float factor) => Array.ConvertAll(vector, value => factor * value);
}
