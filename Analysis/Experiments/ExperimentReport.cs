using System.Globalization;
using Steering.Analysis.Reports;
using Steering.Analysis.Statistics;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>An experiment as one page: warnings, the conditions, effect against perplexity for each judge, the missing controls, and replies side by side.</summary>
public static class ExperimentReport
{
    private static readonly string[] Kinds = ["unsteered", "policy", "prompting", "random", "wrong sign", "DiffMean"];

    /// <summary>Makes the page.</summary>
    /// <param name="result">What was found.</param>
    public static HtmlReport Create(ExperimentResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var report = new HtmlReport(result.Name);
        if (result.Description is not null)
        {
            report.Paragraph(result.Description);
        }

        report.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{result.Model}, {result.Prompts} prompts from {result.Source}, {result.Samples} {(result.Samples == 1 ? "reply" : "replies")} to each, at most {result.MaxTokens} tokens at temperature {result.Temperature}, seed {result.Seed}, decoder {result.Decoder}. Intervals hold 95 %."));
        foreach (var warning in result.Warnings)
        {
            report.Paragraph($"⚠ {warning}");
        }

        report.Heading("Conditions").Table(ExperimentTable.Headers(result), ExperimentTable.Rows(result));
        report.Paragraph("Perplexity is that of the replies under the unsteered model, given the plain prompts; its change is against the unsteered replies. N-gram entropy is low where replies repeat themselves.");
        foreach (var condition in result.Conditions)
        {
            AddRemarks(report, condition);
        }

        for (var judge = 0; judge < result.Judges.Count; judge++)
        {
            AddJudge(report, result, judge);
        }

        AddMissing(report, result);
        AddExamples(report, result);
        return report;
    }

    private static void AddRemarks(HtmlReport report, ConditionResult condition)
    {
        foreach (var remark in (string?[])[condition.Remark, Reason("perplexity", condition.Perplexity.Unavailable), Reason("text perplexity", condition.Text?.Unavailable), Reason("multiple choice", condition.Choices?.Unavailable)])
        {
            if (remark is not null)
            {
                report.Paragraph($"{condition.Name}: {remark}");
            }
        }

        static string? Reason(string measure, string? reason) => reason is null ? null : $"no {measure}, because {reason}";
    }

    private static void AddJudge(HtmlReport report, ExperimentResult result, int index)
    {
        var judge = result.Judges[index];
        var aim = judge.Aim switch { JudgeAim.Lower => "to be lowered", JudgeAim.Raise => "to be raised", _ => "to be kept" };
        report.Heading($"Judge: {judge.Name}");
        report.Paragraph(string.Create(CultureInfo.InvariantCulture, $"Counts {judge.Counts}, {aim} ({judge.Kind}, threshold {judge.Threshold:0.###}).{(judge.Chose ? " The policies were chosen with this judge: its numbers flatter them." : string.Empty)}"));
        if (Chart(result, index) is { } chart)
        {
            report.Charts(chart);
        }

        report.Table(ExperimentTable.JudgeHeaders(result), ExperimentTable.JudgeRows(result, index));
    }

    private static string? Chart(ExperimentResult result, int index)
    {
        ParetoPoint[] points =
        [
            .. result.Conditions.Index()
                .Where(entry => entry.Item.Perplexity.Value is not null && entry.Item.Judges[index].Rate.Share is not null)
                .Select(entry => Point(entry.Index + 1, entry.Item, entry.Item.Judges[index])),
        ];
        return points.Length == 0 ? null : new ParetoChart(
            $"{result.Judges[index].Counts} against perplexity",
            new ChartAxis("perplexity of the replies under the unsteered model"),
            new ChartAxis($"{result.Judges[index].Name}, %", FromZero: true),
            Kinds,
            points).ToSvg();
    }

    private static ParetoPoint Point(int number, ConditionResult condition, JudgeResult judge) => new(
        number,
        condition.Name,
        (int)condition.Kind,
        condition.Perplexity.Value!.Value,
        100 * judge.Rate.Share!.Value,
        new Interval(100 * judge.Rate.Low, 100 * judge.Rate.High),
        judge.OnFront ?? false);

    private static void AddMissing(HtmlReport report, ExperimentResult result)
    {
        if (result.MissingControls.Count > 0)
        {
            report.Heading("Controls that are not here").Table(["control", "policy", "~why"], result.MissingControls.Select(missing => (string[])[Words<ConditionKind>.Of(missing.Control), missing.Policy ?? "all", missing.Reason]));
        }
    }

    private static void AddExamples(HtmlReport report, ExperimentResult result)
    {
        if (result.Examples.Count > 0)
        {
            report.Heading("Replies side by side").Paragraph("The first prompts, with the first reply of each condition, whatever it is.");
        }

        foreach (var example in result.Examples)
        {
            report.Table([$"prompt: {example.User}", "~reply", "hit for"], example.Replies.Select(reply => (string[])[reply.Condition, reply.Text, string.Join(", ", reply.Hits)]));
        }
    }
}
