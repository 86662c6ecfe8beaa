using System.Globalization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>An experiment's tables. One place, so that terminal and page agree.</summary>
public static class ExperimentTable
{
    private const string Unknown = "–";

    /// <summary>Heads of the table of conditions; one that begins with '#' is a column of numbers.</summary>
    /// <param name="result">The experiment.</param>
    public static IReadOnlyList<string> Headers(ExperimentResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            "#no.",
            "condition",
            .. result.Judges.Select(judge => $"#{judge.Name} %{(judge.Chose ? " (chose)" : string.Empty)}"),
            "#perplexity",
            "#change",
            .. HasText(result) ? (string[])["#text perplexity", "#change"] : [],
            .. ChoiceGroups(result).Select(name => $"#accuracy {name} %"),
            "#tokens",
            "#steps",
            "#n-gram entropy",
            "#ended %",
        ];
    }

    /// <summary>The rows of the table of conditions.</summary>
    /// <param name="result">The experiment.</param>
    public static IEnumerable<IReadOnlyList<string>> Rows(ExperimentResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Conditions.Select((condition, index) => Row(result, condition, index + 1));
    }

    /// <summary>Heads of the table of one judge.</summary>
    /// <param name="result">The experiment.</param>
    public static IReadOnlyList<string> JudgeHeaders(ExperimentResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            "#no.",
            "condition",
            "#hits %",
            "#difference, paired",
            .. result.Samples == 1 ? (string[])["#difference, unpaired"] : ["#expected maximum", "#at least one %"],
            "#relative %",
            "#changed",
            "#worsened",
            "#not judged",
            "#perplexity of those as wanted",
            "front",
        ];
    }

    /// <summary>The rows of the table of one judge.</summary>
    /// <param name="result">The experiment.</param>
    /// <param name="judge">Index of the judge.</param>
    public static IEnumerable<IReadOnlyList<string>> JudgeRows(ExperimentResult result, int judge)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Conditions.Select((condition, index) => JudgeRow(result, condition.Judges[judge], condition.Name, index + 1));
    }

    private static IReadOnlyList<string> Row(ExperimentResult result, ConditionResult condition, int number) =>
    [
        number.ToString(CultureInfo.InvariantCulture),
        condition.Name,
        .. condition.Judges.Select(judge => Percent(judge.Rate)),
        Number(condition.Perplexity.Value, "0.00"),
        Change(condition.Perplexity),
        .. HasText(result) ? (string[])[Number(condition.Text?.Value, "0.00"), condition.Text is null ? Unknown : Change(condition.Text)] : [],
        .. ChoiceGroups(result).Select(name => condition.Choices?.Groups.FirstOrDefault(group => group.Name == name) is { } group ? Percent(group.Accuracy) : Unknown),
        Number(condition.Tokens, "0.0"),
        Number(condition.Steps, "0.00"),
        Number(condition.NgramEntropy, "0.00"),
        Number(100 * condition.Ended, "0.0"),
    ];

    private static IReadOnlyList<string> JudgeRow(ExperimentResult result, JudgeResult judge, string condition, int number) =>
    [
        number.ToString(CultureInfo.InvariantCulture),
        condition,
        Percent(judge.Rate),
        Difference(judge.Difference),
        .. result.Samples == 1 ? (string[])[Difference(judge.UnpairedDifference)] : [Number(judge.ExpectedMaximum, "0.000"), Percent(judge.AtLeastOne)],
        judge.Relative is { } relative ? string.Create(CultureInfo.InvariantCulture, $"{100 * relative:+0.0;−0.0;0.0}") : Unknown,
        judge.SideEffects?.Changed.ToString(CultureInfo.InvariantCulture) ?? Unknown,
        judge.SideEffects is { } side ? string.Create(CultureInfo.InvariantCulture, $"{side.Worsened}{(side.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $" ({100 * rate:0} %)") : string.Empty)}") : Unknown,
        judge.Failures.ToString(CultureInfo.InvariantCulture),
        judge.AsWanted?.Value is { } value ? $"{Number(value, "0.00")}, {Change(judge.AsWanted)}" : Unknown,
        judge.OnFront switch { true => "yes", false => "no", null => Unknown },
    ];

    private static bool HasText(ExperimentResult result) => result.Conditions.Any(condition => condition.Text is not null);

    private static IEnumerable<string> ChoiceGroups(ExperimentResult result) =>
        result.Conditions.Select(condition => condition.Choices?.Groups).FirstOrDefault(groups => groups is { Count: > 0 })?.Select(group => group.Name) ?? [];

    private static string Percent(RateEstimate rate) => rate.Share is { } share
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} [{100 * rate.Low:0.0}, {100 * rate.High:0.0}]")
        : Unknown;

    private static string Change(PerplexityResult perplexity) => perplexity.Relative is not { } relative ? Unknown
        : string.Create(CultureInfo.InvariantCulture, $"{100 * relative:+0.0;−0.0;0.0} %{(perplexity.RelativeInterval is { } interval ? string.Create(CultureInfo.InvariantCulture, $" [{100 * interval.Low:+0.0;−0.0;0.0}, {100 * interval.High:+0.0;−0.0;0.0}]") : string.Empty)}");

    private static string Difference(Interval? interval) => interval is { } limits
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * limits.Low:+0.0;−0.0;0.0} to {100 * limits.High:+0.0;−0.0;0.0}")
        : Unknown;

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
