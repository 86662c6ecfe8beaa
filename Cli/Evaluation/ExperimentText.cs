using Spectre.Console;
using Steering.Analysis.Experiments;

namespace Steering.Cli.Evaluation;

/// <summary>An experiment's result for people at a terminal.</summary>
internal static class ExperimentText
{
    public static void Write(IAnsiConsole terminal, ExperimentResult result)
    {
        terminal.WriteLine($"{result.Name}: {result.Prompts} prompts from {result.Source}, {result.Samples} to each, decoder {result.Decoder}; {string.Join("; ", result.Judges.Select(judge => $"{judge.Name} counts {judge.Counts}"))}");
        Table(terminal, ExperimentTable.Headers(result), ExperimentTable.Rows(result));
        for (var judge = 0; judge < result.Judges.Count; judge++)
        {
            terminal.WriteLine($"judge {result.Judges[judge].Name}: {result.Judges[judge].Counts}");
            Table(terminal, ExperimentTable.JudgeHeaders(result), ExperimentTable.JudgeRows(result, judge));
        }

        foreach (var missing in result.MissingControls)
        {
            terminal.WriteLine($"no control '{missing.Control}' for {missing.Policy ?? "all policies"}: {missing.Reason}");
        }

        foreach (var condition in result.Conditions)
        {
            foreach (var reason in (string?[])[condition.Perplexity.Unavailable, condition.Text?.Unavailable, condition.Choices?.Unavailable])
            {
                if (reason is not null)
                {
                    terminal.WriteLine($"{condition.Name}: not measured, because {reason}");
                }
            }
        }

        foreach (var warning in result.Warnings)
        {
            terminal.WriteLine($"warning: {warning}");
        }
    }

    private static void Table(IAnsiConsole terminal, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var header in headers)
        {
            var column = new TableColumn(Markup.Escape(header.TrimStart('#')));
            table.AddColumn(header.StartsWith('#') ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        terminal.Write(table);
    }
}
