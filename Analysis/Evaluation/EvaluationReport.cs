using System.Globalization;
using System.Text.Json.Serialization;
using Steering.Analysis.Reports;
using Steering.Catalogues;

namespace Steering.Analysis.Evaluation;

/// <summary>An evaluation as a page: numbers with their definitions, plots, and a few features with their examples.</summary>
public static class EvaluationReport
{
    private const int ShownFeatures = 24;
    private const int ShownExamples = 3;
    private const int ShownPairs = 20;

    /// <summary>Makes the page.</summary>
    /// <param name="evaluation">The numbers.</param>
    /// <param name="catalogue">Where to take features and examples from, or null for none.</param>
    public static HtmlReport Create(SaeEvaluation evaluation, FeatureCatalogue? catalogue = null)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        var report = new HtmlReport($"Evaluation of {Path.GetFileName(Path.TrimEndingDirectorySeparator(evaluation.Sae))}");
        AddTo(report, evaluation, catalogue);
        return report;
    }

    /// <summary>Adds an evaluation to a page that has other things too.</summary>
    /// <param name="report">The page.</param>
    /// <param name="evaluation">The numbers.</param>
    /// <param name="catalogue">Where to take features and examples from, or null for none.</param>
    public static void AddTo(HtmlReport report, SaeEvaluation evaluation, FeatureCatalogue? catalogue = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(evaluation);
        report.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"{evaluation.Architecture}{(evaluation.K > 0 ? $" (k = {evaluation.K})" : string.Empty)}, {evaluation.LatentCount:N0} latents on width {evaluation.HiddenSize}{(evaluation.Site is { } site ? $" at {site}" : string.Empty)}{(evaluation.ModelName is { } model ? $" of {model}" : string.Empty)}. {evaluation.Tokens:N0} tokens{(evaluation.Corpus is { } corpus ? $" of {corpus}" : string.Empty)} counted, {evaluation.TokensLeftOut:N0} left out (position 0 and massive activations)."));
        report.Heading("Numbers").Table(["metric", "#value", "~definition"], MetricTable.Rows(evaluation).Select(row => (IReadOnlyList<string>)[row.Name, row.Value, row.Definition]));
        report.Heading("Distributions").Charts([.. Charts(evaluation)]);
        AddAbsorption(report, evaluation);
        if (catalogue is not null)
        {
            AddFeatures(report, evaluation, catalogue);
        }
    }

    private static IEnumerable<string> Charts(SaeEvaluation evaluation)
    {
        var densities = evaluation.Sparsity.Densities;
        yield return new HistogramChart(
            "How often latents fire",
            new ChartAxis("log10 of the share of tokens"),
            new ChartAxis("latents"),
            [.. Enumerable.Range(0, densities.Counts.Length + 1).Select(densities.Edge)],
            densities.Counts).ToSvg();
        if (evaluation.Redundancy is { } redundancy)
        {
            yield return new HistogramChart(
                "How similar each latent's nearest is",
                new ChartAxis("largest cosine of decoder directions"),
                new ChartAxis("latents"),
                [.. Enumerable.Range(0, redundancy.CosineHistogram.Length + 1).Select(bin => -1 + (2.0 * bin / redundancy.CosineHistogram.Length))],
                redundancy.CosineHistogram).ToSvg();
        }
    }

    private static void AddAbsorption(HtmlReport report, SaeEvaluation evaluation)
    {
        if (evaluation.Redundancy is not { Absorptions.Length: > 0 } redundancy)
        {
            return;
        }

        report.Heading("Absorption-prone pairs")
            .Paragraph(string.Create(CultureInfo.InvariantCulture, $"The absorber points along the absorbed latent's direction and fires instead of it. {redundancy.AbsorptionPairs} pairs in all; the strongest:"))
            .Table(
                ["#absorber", "#absorbed", "#cosine", "#lift", "#share"],
                redundancy.Absorptions.Take(ShownPairs).Select(pair => (IReadOnlyList<string>)
                [
                    pair.Absorber.ToString(CultureInfo.InvariantCulture),
                    pair.Absorbed.ToString(CultureInfo.InvariantCulture),
                    pair.Cosine.ToString("0.000", CultureInfo.InvariantCulture),
                    pair.Lift.ToString("0.000", CultureInfo.InvariantCulture),
                    pair.Share.ToString("0.00", CultureInfo.InvariantCulture),
                ]));
    }

    /// <summary>Features at equal distances over all that fired, so that the page shows what is typical and not what is best.</summary>
    private static void AddFeatures(HtmlReport report, SaeEvaluation evaluation, FeatureCatalogue catalogue)
    {
        var max = catalogue.ReadStatistics().MaxActivation;
        int[] fired = [.. Enumerable.Range(0, max.Length).Where(latent => max.Span[latent] > 0)];
        report.Heading("Features").Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Math.Min(ShownFeatures, fired.Length)} of the {fired.Length:N0} features that fired, at equal distances, not selected."));
        for (var index = 0; index < Math.Min(ShownFeatures, fired.Length); index++)
        {
            var feature = catalogue.Feature(fired[(int)((long)index * fired.Length / Math.Min(ShownFeatures, fired.Length))]);
            report.Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{feature.Latent}{(feature.Label is { } label ? $" “{label}”" : string.Empty)}: on {100.0 * feature.Fired / evaluation.Tokens:0.###} % of tokens, maximum {feature.MaxActivation:G4}, mean {feature.MeanActivation:G4}"));
            foreach (var example in catalogue.Examples(feature.Latent, ShownExamples))
            {
                report.Example(example.Excerpt.Tokens, [.. example.Activations.Select(value => value > 0)], example.Excerpt.Peak, string.Create(CultureInfo.InvariantCulture, $"{example.Activation,8:0.##}  "));
            }
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SaeEvaluation))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;
