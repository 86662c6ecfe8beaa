using System.Globalization;
using Steering.Analysis.Reports;
using Steering.Analysis.Statistics;
using Steering.Policies;

namespace Steering.Analysis.Erasure;

/// <summary>A comparison of ways to remove concepts as a table and as one page: for each class what is left of the target and of the complement, and the cost.</summary>
public static class RemovalReport
{
    private static readonly RemovalMethod[] Methods = Enum.GetValues<RemovalMethod>();

    /// <summary>Headers of <see cref="Rows"/>; those with a # are numbers.</summary>
    public static IReadOnlyList<string> Headers { get; } =
        ["method", "#dose", "#lost where fitted, %", "#target drop, points", "#complement drop, points", "#target confidence", "#complement confidence", "#complement − full mask, points", "#text perplexity"];

    /// <summary>What was found for a class, a method a row.</summary>
    /// <param name="target">The class.</param>
    public static IEnumerable<IReadOnlyList<string>> Rows(RemovalTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.Conditions.Select(condition => (IReadOnlyList<string>)
        [
            Name(condition.Method),
            condition.Features is { } count ? FormattableString.Invariant($"{count} features") : condition.Gain is { } gain ? FormattableString.Invariant($"gain {gain:0.00}") : string.Empty,
            condition.FittedDrop is { } fitted ? FormattableString.Invariant($"{100 * fitted:F1}{(condition.Matched == true ? string.Empty : " (not matched)")}") : string.Empty,
            Drop(condition.Target),
            Drop(condition.Complement),
            Confidence(condition.Target),
            Confidence(condition.Complement),
            condition.AgainstFullMask is { } against ? Points(against.Value, against.Interval) : string.Empty,
            condition.Text?.Value is not { } perplexity ? string.Empty
                : condition.Text.Relative is not { } relative ? perplexity.ToString("F2", CultureInfo.InvariantCulture)
                : condition.Text.RelativeInterval is not { } interval ? FormattableString.Invariant($"{100 * relative:+0.0;−0.0} %")
                : FormattableString.Invariant($"{100 * relative:+0.0;−0.0} % [{100 * interval.Low:0.0}, {100 * interval.High:0.0}]"),
        ]);
    }

    /// <summary>How the questions were divided, in one sentence.</summary>
    /// <param name="result">What was found.</param>
    public static string Division(RemovalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return string.Create(CultureInfo.InvariantCulture, $"{result.Model} answers {result.Classes.Sum(kind => kind.Right):N0} of {result.Classes.Sum(kind => kind.Questions):N0} questions rightly ({string.Join(", ", result.Classes.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Name} {kind.Right} of {kind.Questions}")))}); {result.Classes.Sum(kind => kind.Fit):N0} of them are fitted on, {result.Classes.Sum(kind => kind.Held):N0} measured.");
    }

    /// <summary>Makes the page.</summary>
    /// <param name="result">What was found.</param>
    public static HtmlReport Create(RemovalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var report = new HtmlReport($"Removing {string.Join(", ", result.Targets.Select(target => target.Name))}");
        report.Paragraph(Division(result));
        report.Paragraph(string.Create(CultureInfo.InvariantCulture, $"At {result.Site}, features by {result.Ranking}, seed {result.Seed}. Every dose is the one that takes {100 * result.Removal:F0} ± {100 * result.Tolerance:F0} % of the {result.Measure} away on the target's questions that were fitted on. All numbers are of held-out questions that the unsteered model answers rightly; intervals hold 95 %."));
        foreach (var target in result.Targets)
        {
            report.Heading(target.Name).Charts(Chart(target)).Table(Headers, Rows(target));
            foreach (var condition in target.Conditions.Where(condition => condition.Unavailable is not null))
            {
                report.Paragraph($"{Name(condition.Method)}: not measured, because {condition.Unavailable}");
            }
        }

        return report;
    }

    /// <summary>Complement drop against target drop: the lower the better, at the same place from left to right.</summary>
    /// <param name="target">The class.</param>
    public static string Chart(RemovalTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new ParetoChart(
            $"{target.Name}: what is lost of the rest",
            new ChartAxis("fall of accuracy on the target, points", FromZero: true),
            new ChartAxis("fall of accuracy on the complement, points", FromZero: true),
            [.. Methods.Select(method => Name(method))],
            [
                .. target.Conditions.Index()
                    .Where(entry => entry.Item is { Method: not null, Target: not null })
                    .Select(entry => new ParetoPoint(
                        entry.Index,
                        Name(entry.Item.Method),
                        (int)entry.Item.Method!.Value,
                        100 * entry.Item.Target!.Drop,
                        100 * entry.Item.Complement!.Drop,
                        new Interval(100 * entry.Item.Complement.DropInterval.Low, 100 * entry.Item.Complement.DropInterval.High),
                        OnFront: false)),
            ]).ToSvg();
    }

    private static string Name(RemovalMethod? method) => method switch
    {
        null => "unsteered",
        RemovalMethod.FullMask => "full mask",
        RemovalMethod.RangeMask => "range mask",
        RemovalMethod.Attenuate => "APP",
        RemovalMethod.DiffMean => "DiffMean",
        RemovalMethod.Random => "random features",
        { } other => Words<RemovalMethod>.Of(other),
    };

    private static string Drop(RemovalGroup? group) => group is null ? string.Empty : Points(group.Drop, group.DropInterval);

    private static string Confidence(RemovalGroup? group) => group is null ? string.Empty : group.Confidence.ToString("F3", CultureInfo.InvariantCulture);

    private static string Points(double value, Interval interval) => FormattableString.Invariant($"{100 * value:F1} [{100 * interval.Low:F1}, {100 * interval.High:F1}]");
}
