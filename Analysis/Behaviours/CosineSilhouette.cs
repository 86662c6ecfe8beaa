namespace Steering.Analysis.Behaviours;

/// <summary>Silhouette of labelled vectors under the cosine distance 1 − cos: near 1 where a vector lies among its own, below 0 among others.</summary>
internal static class CosineSilhouette
{
    /// <summary>The silhouette of every vector; 0 for one that is alone in its group (Rousseeuw 1987).</summary>
    /// <param name="vectors">[U] vectors of equal width.</param>
    /// <param name="groups">[U] group of each.</param>
    public static double[] Of(IReadOnlyList<IReadOnlyList<double>> vectors, IReadOnlyList<int> groups)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(groups);
        double[][] units = [.. vectors.Select(Unit)];
        var sizes = groups.GroupBy(group => group).ToDictionary(group => group.Key, group => group.Count());
        var result = new double[units.Length];
        for (var index = 0; index < units.Length; index++)
        {
            if (sizes[groups[index]] == 1 || sizes.Count == 1)
            {
                continue;
            }

            var sums = sizes.Keys.ToDictionary(group => group, _ => 0d);
            for (var other = 0; other < units.Length; other++)
            {
                sums[groups[other]] += other == index ? 0 : 1 - units[index].Zip(units[other], (left, right) => left * right).Sum();
            }

            var own = sums[groups[index]] / (sizes[groups[index]] - 1);
            var nearest = sums.Where(pair => pair.Key != groups[index]).Min(pair => pair.Value / sizes[pair.Key]);
            var largest = Math.Max(own, nearest);
            result[index] = largest == 0 ? 0 : (nearest - own) / largest;
        }

        return result;
    }

    private static double[] Unit(IReadOnlyList<double> vector)
    {
        var norm = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => norm == 0 ? 0 : value / norm)];
    }
}
