using System.Globalization;
using System.Numerics.Tensors;
using Steering.Analysis.Statistics;
using Steering.Saes;
using Steering.Vectors;

namespace Steering.Analysis.Selection;

/// <summary>Dense directions: the peers that a choice of features is measured against.</summary>
public static class DenseDirections
{
    /// <summary>Penalty of the probe where none is given: that of scikit-learn's C = 1.</summary>
    public const double UsualPenalty = 1;

    /// <summary>Finds a direction.</summary>
    /// <param name="vectors">The vectors, in the order of their texts.</param>
    /// <param name="method">How.</param>
    /// <param name="penalty">L2 penalty of <see cref="DenseMethod.Probe"/>, on inputs of unit variance.</param>
    /// <param name="cancellationToken">Stops between iterations.</param>
    /// <exception cref="SteeringException">A kind has too few vectors, both have one mean, or pairs are wanted and the kinds differ in number.</exception>
    /// <remarks>Pairs are the k-th vector with the concept and the k-th without; both are held out where the first is.</remarks>
    public static DenseDirection Find(IReadOnlyList<LabelledVector> vectors, DenseMethod method, double penalty = UsualPenalty, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var (own, others) = (vectors.Where(vector => vector.HasConcept).ToArray(), vectors.Where(vector => !vector.HasConcept).ToArray());
        if (method == DenseMethod.Pca)
        {
            if (own.Length != others.Length)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Principal components are of pairs, the k-th text with the concept and the k-th without; there are {own.Length} and {others.Length}. Give as many of each, or find the direction by diffmean or probe."));
            }

            others = [.. others.Zip(own, (other, first) => other with { HeldOut = first.HeldOut })];
        }

        var (trained, trainedOthers) = (Values(own, heldOut: false), Values(others, heldOut: false));
        var (held, heldOthers) = (Values(own, heldOut: true), Values(others, heldOut: true));
        if (trained.Length < 2 || trainedOthers.Length < 2 || held.Length < 1 || heldOthers.Length < 1)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"A direction needs at least 2 texts of each kind to be made from and 1 to be measured on, and one text in five is held out; with the concept there are {trained.Length} and {held.Length}, without it {trainedOthers.Length} and {heldOthers.Length}. Give more texts, some dozens of each."));
        }

        var difference = Difference(trained, trainedOthers);
        var (direction, explained) = method switch
        {
            DenseMethod.DiffMean => (difference, (double?)null),
            DenseMethod.Pca => PairedComponent.First([.. trained.Zip(trainedOthers, Subtract)], cancellationToken),
            DenseMethod.Probe => (LogisticProbe.Fit([.. trained, .. trainedOthers], [.. trained.Select(_ => true), .. trainedOthers.Select(_ => false)], penalty, cancellationToken).Weights, null),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method."),
        };
        var scaled = AsLongAsTheMeansLieApart(direction, difference, method);
        double[] Scores(float[][] rows) => [.. rows.Select(row => (double)TensorPrimitives.Dot<float>(row, scaled))];
        return new DenseDirection(scaled, trained.Length + trainedOthers.Length, held.Length + heldOthers.Length, RocArea.Of(Scores(held), Scores(heldOthers)), explained);
    }

    private static float[] AsLongAsTheMeansLieApart(float[] direction, float[] difference, DenseMethod method)
    {
        var norm = TensorPrimitives.Norm<float>(direction);
        var along = norm == 0 ? 0 : TensorPrimitives.Dot<float>(direction, difference) / norm;
        if (along == 0)
        {
            throw new SteeringException($"The means of both kinds do not differ along the direction found by {method.ToString().ToLowerInvariant()}, so it has neither sign nor length. Give texts that differ in the concept.");
        }

        // A component has no sign of its own; the others point towards the concept already.
        var scaled = new float[direction.Length];
        TensorPrimitives.Multiply<float>(direction, (method == DenseMethod.Pca ? along : MathF.Abs(along)) / norm, scaled);
        return scaled;
    }

    private static float[] Difference(float[][] own, float[][] others)
    {
        var mean = new DiffMean(own[0].Length, TokenReduction.Mean, TokenExclusion.None);
        Array.ForEach(own, row => mean.AddPositive(row, 1));
        Array.ForEach(others, row => mean.AddNegative(row, 1));
        return mean.Compute().Direction.ToArray();
    }

    private static float[][] Values(IEnumerable<LabelledVector> vectors, bool heldOut) => [.. vectors.Where(vector => vector.HeldOut == heldOut).Select(vector => vector.Values.ToArray())];

    private static float[] Subtract(float[] left, float[] right)
    {
        var difference = new float[left.Length];
        TensorPrimitives.Subtract<float>(left, right, difference);
        return difference;
    }
}

/// <summary>A direction for a concept, and how well it tells texts apart that it was not made from.</summary>
/// <param name="Direction">[d] towards the concept, as long as the two kinds' means lie apart along it.</param>
/// <param name="Trained">Vectors it was made from.</param>
/// <param name="HeldOut">Vectors it was measured on.</param>
/// <param name="Auroc">ROC-AUC of the projection on the held-out vectors.</param>
/// <param name="Explained">Of a principal component: its share of the pairs' squared differences.</param>
public sealed record DenseDirection(ReadOnlyMemory<float> Direction, int Trained, int HeldOut, double Auroc, double? Explained = null);

/// <summary>How a dense direction is found.</summary>
public enum DenseMethod
{
    /// <summary>Difference of the two kinds' means (AxBench's DiffMean, arXiv 2501.17148).</summary>
    DiffMean,

    /// <summary>First principal component of the paired differences, not centred: that of the states about the middle of their pair (CAST, arXiv 2409.05907).</summary>
    Pca,

    /// <summary>Weights of a logistic regression with an L2 penalty.</summary>
    Probe,
}
