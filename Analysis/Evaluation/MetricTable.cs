using System.Globalization;

namespace Steering.Analysis.Evaluation;

/// <summary>The numbers of an evaluation as rows: name, value, definition. One place, so that terminal and page agree.</summary>
public static class MetricTable
{
    /// <summary>The rows.</summary>
    /// <param name="evaluation">The evaluation.</param>
    public static IEnumerable<MetricRow> Rows(SaeEvaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return [.. Reconstruction(evaluation.Reconstruction), .. Sparsity(evaluation), .. CrossEntropy(evaluation.CrossEntropy), .. Redundancy(evaluation)];
    }

    private static IEnumerable<MetricRow> Reconstruction(ReconstructionMetrics metrics)
    {
        yield return new("FVU", Number(metrics.UnexplainedVariance, 4), "Σ‖x − x̂‖² / Σ‖x − mean‖²; 1 is the mean, 0 is perfect");
        yield return new("EV", Number(metrics.ExplainedVariance, 4), "1 − FVU");
        yield return new("cosine", Number(metrics.Cosine, 4), "mean of cos(x, x̂)");
        yield return new("relative norm", Number(metrics.RelativeNorm, 4), "mean of ‖x̂‖/‖x‖; below 1 is shrinkage");
        yield return new("relative bias γ", Number(metrics.RelativeBias, 4), "Σ‖x̂‖² / Σ⟨x, x̂⟩; 1 is unbiased");
    }

    private static IEnumerable<MetricRow> Sparsity(SaeEvaluation evaluation)
    {
        var metrics = evaluation.Sparsity;
        yield return new("L0", string.Create(CultureInfo.InvariantCulture, $"{metrics.ActiveMean:0.##} ± {metrics.ActiveDeviation:0.##}"), "active latents a token: mean ± standard deviation");
        yield return new("L0 percentiles", string.Create(CultureInfo.InvariantCulture, $"{metrics.Active5} / {metrics.ActiveMedian} / {metrics.Active95}"), string.Create(CultureInfo.InvariantCulture, $"5th / 50th / 95th; largest {metrics.ActiveMaximum}"));
        yield return new("dead", Share(metrics.Dead, evaluation), string.Create(CultureInfo.InvariantCulture, $"never active on these {evaluation.Tokens:N0} tokens"));
        yield return new("rare", Share(metrics.Rare, evaluation), string.Create(CultureInfo.InvariantCulture, $"active, but on fewer than {metrics.RareDensity:0.#######} of the tokens"));
        yield return new("dense", Share(metrics.Dense, evaluation), string.Create(CultureInfo.InvariantCulture, $"active on more than {SparsityMetrics.DenseDensity} of the tokens"));
    }

    private static IEnumerable<MetricRow> CrossEntropy(CrossEntropyMetrics? metrics)
    {
        if (metrics is null)
        {
            yield break;
        }

        yield return new("CE clean", Number(metrics.Clean, 4), string.Create(CultureInfo.InvariantCulture, $"nats a token, {metrics.NextTokens:N0} tokens of {metrics.Windows} windows"));
        yield return new("CE spliced", Number(metrics.Spliced, 4), string.Create(CultureInfo.InvariantCulture, $"x̂ in the place of x but at position 0: {metrics.Added:+0.####;−0.####} nats"));
        if (metrics.SplicedEverywhere is { } everywhere)
        {
            yield return new("CE spliced everywhere", Number(everywhere, 4), "x̂ at every position");
        }

        yield return new("CE zero", Number(metrics.ZeroAblated, 4), "0 in the place of x but at position 0");
        yield return new("CE mean", Number(metrics.MeanAblated, 4), "the mean in the place of x but at position 0");
        yield return new("recovered (zero)", Number(metrics.RecoveredFromZero, 4), Recovered("zero", metrics.RecoveredFromZero, "0", metrics.ZeroAblated, metrics));
        yield return new("recovered (mean)", Number(metrics.RecoveredFromMean, 4), Recovered("mean", metrics.RecoveredFromMean, "the mean", metrics.MeanAblated, metrics));
    }

    /// <summary>What a recovered share means that does not lie between 0 and 1; null for one that does.</summary>
    /// <param name="recovered">The share.</param>
    /// <param name="floor">What the floor puts in the place of x, in words.</param>
    /// <param name="ablated">Cross-entropy with that.</param>
    /// <param name="metrics">All of them.</param>
    internal static string? Remark(double recovered, string floor, double ablated, CrossEntropyMetrics metrics)
    {
        if (recovered is >= 0 and <= 1)
        {
            return null;
        }

        var (loses, costs) = (metrics.Added, ablated - metrics.Clean);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(recovered < 0 ? $"below 0, because x̂ predicts the text worse than {floor} in its place does" : recovered > 1 ? "above 1, because the text is predicted better with x̂ than with x" : "no number, because the two it is divided by are equal")} (x̂ costs {loses:+0.####;−0.####;0} nats a token, {floor} costs {costs:+0.####;−0.####;0}){(recovered < 0 ? "; train longer, with more latents or a larger k, or measure on text of the kind trained on" : string.Empty)}");
    }

    private static string Recovered(string name, double recovered, string floor, double ablated, CrossEntropyMetrics metrics) =>
        $"({name} − spliced) / ({name} − clean){(Remark(recovered, floor, ablated, metrics) is { } remark ? $"; {remark}" : string.Empty)}";

    private static IEnumerable<MetricRow> Redundancy(SaeEvaluation evaluation)
    {
        if (evaluation.Redundancy is not { } metrics)
        {
            yield return new("near duplicates", "not compared", "the autoencoder is wider than the limit for comparing all directions");
            yield break;
        }

        yield return new("max cosine", Number(metrics.MeanMaximumCosine, 4), "mean over latents of the largest cosine with another decoder direction");
        yield return new("near duplicates", Share(metrics.NearDuplicates, evaluation), string.Create(CultureInfo.InvariantCulture, $"largest cosine above {RedundancyMetrics.DuplicateCosine}"));
        yield return new(
            "absorption-prone",
            Share(metrics.AbsorbedLatents, evaluation),
            string.Create(CultureInfo.InvariantCulture, $"absorbed in one of {metrics.AbsorptionPairs} pairs: cosine ≥ {AbsorptionPair.LeastCosine}, together ≤ {AbsorptionPair.LargestLift} × chance, share ≥ {AbsorptionPair.LeastShare} (our definition)"));
    }

    private static string Number(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Share(int count, SaeEvaluation evaluation) => string.Create(CultureInfo.InvariantCulture, $"{count} ({100.0 * count / evaluation.LatentCount:0.##} %)");
}

/// <summary>One number of an evaluation.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Value">The number, ready to print.</param>
/// <param name="Definition">What it means, in a few words.</param>
public sealed record MetricRow(string Name, string Value, string Definition);
