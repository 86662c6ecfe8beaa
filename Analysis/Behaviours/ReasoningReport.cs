using System.Globalization;
using Steering.Analysis.Reports;

namespace Steering.Analysis.Behaviours;

/// <summary>Behaviours found in reasoning as one page: silhouette by site, the map, vectors and signs, and detection with rivals and controls.</summary>
public static class ReasoningReport
{
    private const string Unknown = "–";

    /// <summary>Makes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="sentence">What was read, in a sentence.</param>
    /// <param name="fits">One fit a site, at least one.</param>
    public static HtmlReport Create(string title, string sentence, IReadOnlyList<BehaviourFit> fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var report = new HtmlReport(title).Paragraph(sentence);
        report.Heading("Sites").Table(
            ["site", "#latents", "#active a step", "#steps fitted on", "#held out", "#left out", "#silhouette"],
            fits.Select(fit => (string[])[fit.Site, Whole(fit.Latents), Number(fit.ActiveMean, "F1"), Whole(fit.TrainingSteps), Whole(fit.HeldOutSteps), Whole(fit.LeftOut), Number(fit.Silhouette, "F3")]));
        report.Paragraph("The silhouette is that of the behaviours' decoder rows under the cosine distance: near 1 where a row lies among its own, below 0 among others.");
        foreach (var fit in fits)
        {
            Add(report, fit);
        }

        return report;
    }

    private static void Add(HtmlReport report, BehaviourFit fit)
    {
        report.Heading(fit.Site);
        if (fit.Map.Count > 0)
        {
            report.Charts(new ScatterChart(
                $"Decoder rows of {fit.Site} by behaviour",
                new ChartAxis("first principal component"),
                new ChartAxis("second"),
                [.. fit.Map.GroupBy(point => point.Behaviour, StringComparer.Ordinal).Select(group => new ChartSeries(group.Key, [.. group.Select(point => (point.X, point.Y))]))]).ToSvg());
            report.Paragraph(string.Create(CultureInfo.InvariantCulture, $"A linear map (principal components of the rows at unit norm; not UMAP) that shows {100 * fit.MapShare:F0} % of their variance."));
        }

        report.Table(
            ["behaviour", "#steps", "#latents of its own", "#mean w·h", "#w·h above 0", "#mean with it", "#without", "~a projection gain above 1"],
            fit.Behaviours.Select(behaviour => (string[])
            [
                behaviour.Name,
                Whole(behaviour.Steps),
                Whole(behaviour.Latents.Count),
                Number(behaviour.Sign?.Mean, "F3"),
                behaviour.Sign is { } sign ? string.Create(CultureInfo.InvariantCulture, $"{100 * sign.PositiveShare:F0} %") : Unknown,
                Number(behaviour.Sign?.MeanWith, "F3"),
                Number(behaviour.Sign?.MeanWithout, "F3"),
                behaviour.Sign is null ? "there is no vector" : behaviour.Sign.GainRaises ? "moves steps towards it" : "moves steps away from it",
            ]));
        foreach (var detection in fit.Detections)
        {
            report.Paragraph(string.Create(CultureInfo.InvariantCulture, $"Detection of '{detection.Behaviour}' on held-out traces: {detection.With} of {detection.Steps} steps have it."));
            report.Table(
                ["by", "#ROC-AUC", "95 % interval, or range of the control", "less the behaviour vector's"],
                detection.Scores.Select(score => (string[])[score.Method, Number(score.Area, "F3"), score.Interval?.ToString() ?? Unknown, score.Lead?.ToString() ?? Unknown]));
        }
    }

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
