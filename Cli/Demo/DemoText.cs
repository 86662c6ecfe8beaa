using System.Globalization;
using Spectre.Console;
using Steering.Analysis.Statistics;

namespace Steering.Cli.Demo;

/// <summary>The demonstration for people: replies side by side, then the rates.</summary>
internal static class DemoText
{
    public static void Write(IAnsiConsole terminal, int seed, int replies, IReadOnlyList<DemoResult> results)
    {
        foreach (var result in results)
        {
            terminal.WriteLine($"{result.Name}: {result.Counts} {result.Prompts}");
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns("user", "unsteered", "steered");
            foreach (var example in result.Examples)
            {
                table.AddRow(new Text(example.User), new Text(example.Unsteered), new Text(example.Steered));
            }

            terminal.Write(table);
        }

        var rates = new Table { Border = TableBorder.Simple };
        rates.AddColumns("policy", "counted");
        foreach (var name in (string[])["unsteered", "steered", "difference", "random features", "asked to be polite", "well-formed"])
        {
            rates.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var result in results)
        {
            rates.AddRow(
                new Text(result.Name),
                new Text($"{result.Counts} {result.Prompts}"),
                new Text(Percent(result.Unsteered)),
                new Text(Percent(result.Steered)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{100 * result.Difference.Low:+0;−0;0} to {100 * result.Difference.High:+0;−0;0}")),
                new Text(Percent(result.Random)),
                new Text(result.Prompted is { } prompted ? Percent(prompted) : string.Empty),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{100 * result.WellFormedBefore.Share:0} → {100 * result.WellFormedAfter.Share:0}")));
        }

        terminal.Write(rates);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Percent of {replies} replies to held-out prompts, drawn at temperature 1 with seed {seed}, and 95 % intervals; the judges are plain functions of the text."));
    }

    private static string Percent(RateEstimate rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate.Share:0} [{100 * rate.Low:0}, {100 * rate.High:0}]");
}
