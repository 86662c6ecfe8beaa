using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Steering.Analysis.Concepts;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Tokenizers;

namespace Steering.Cli.Concepts;

/// <summary>Chosen features, their controls and examples, as tables and as JSON.</summary>
/// <param name="tokenizer">Says what tokens are; null where no model was run.</param>
internal sealed class SelectionTable(ITextTokenizer? tokenizer)
{
    private const int ShownTokens = 5;

    /// <summary>Prints the rows.</summary>
    public void Print(CliConsole console, IReadOnlyList<SelectedRow> features, IReadOnlyDictionary<ControlKind, IReadOnlyList<SelectedRow>> controls)
    {
        Print(console, features, "feature");
        foreach (var (kind, rows) in controls)
        {
            console.Output.WriteLine($"Control: {ControlOption.Word(kind)}");
            Print(console, rows, kind == ControlKind.RandomDirection ? "direction" : "feature");
        }

        if (features.All(row => row.Examples.Count == 0))
        {
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("feature").RightAligned().NoWrap(), new TableColumn("activation").RightAligned().NoWrap(), new TableColumn("example"));
        foreach (var row in features)
        {
            foreach (var example in row.Examples)
            {
                table.AddRow(new Text(Whole(row.Latent!.Value)), new Text(FeatureReport.Number(example.Activation)), FeatureReport.Line(example));
            }
        }

        console.Terminal.Write(table);
    }

    /// <summary>Writes the rows as the fields of an object.</summary>
    public void Write(Utf8JsonWriter writer, IReadOnlyList<SelectedRow> features, IReadOnlyDictionary<ControlKind, IReadOnlyList<SelectedRow>> controls)
    {
        Write(writer, "features", features);
        writer.WriteStartObject("controls");
        foreach (var (kind, rows) in controls)
        {
            Write(writer, ControlOption.Word(kind), rows);
        }

        writer.WriteEndObject();
    }

    private void Print(CliConsole console, IReadOnlyList<SelectedRow> rows, string first)
    {
        var (output, causal) = (rows.Any(row => row.Output is not null), rows.Any(row => row.Causal is not null));
        string[] titles =
        [
            first, "score", "fires on", "mean", "ROC-AUC", "separability",
            .. output ? (string[])["output score", "confidence"] : [],
            .. causal ? (string[])["induces", "repairs", "both"] : [],
        ];
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns([.. titles.Select(title => new TableColumn(title).RightAligned().NoWrap())]);
        if (output)
        {
            table.AddColumn(new TableColumn("speaks for"));
        }

        for (var index = 0; index < rows.Count; index++)
        {
            table.AddRow([.. Cells(rows[index], index, output, causal).Select(cell => new Text(cell))]);
        }

        console.Terminal.Write(table);
    }

    private IEnumerable<string> Cells(SelectedRow row, int index, bool output, bool causal)
    {
        var (statistics, concept) = (row.Statistics, row.Concept);
        yield return Whole(row.Latent ?? index);
        yield return Real(row.Score, "F4");
        yield return row.Latent is { } fires ? string.Create(CultureInfo.InvariantCulture, $"{100 * statistics.FiringRate(fires, concept):F1} %") : "–";
        yield return Real(row.Latent is { } mean ? statistics.Mean(mean, concept) : null, "F3");
        yield return Real(row.Auroc, "F3");
        yield return Real(row.Latent is { } separable ? Separability.ByConcept(statistics, separable)[concept] : null, "F3");
        if (output)
        {
            yield return Real(row.Output!.Score, "F4");
            yield return Signed(row.Output.ConfidenceChange, 2);
        }

        if (causal)
        {
            yield return $"{Signed(row.Causal!.Induces, 3)} {row.Causal.InducesInterval}";
            yield return $"{Signed(row.Causal.Repairs, 3)} {row.Causal.RepairsInterval}";
            yield return row.Causal.HoldsBothWays ? "yes" : "no";
        }

        if (output)
        {
            yield return string.Join(' ', Tokens(row.Output!).Take(ShownTokens).Select(token => TokenTexts.OneLine(token).Trim()));
        }
    }

    private void Write(Utf8JsonWriter writer, string name, IReadOnlyList<SelectedRow> rows)
    {
        writer.WriteStartArray(name);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            if (row is { Latent: { } latent, Score: { } score })
            {
                writer.WriteNumber("feature", latent);
                writer.WriteRounded("score", score, 6);
                writer.WriteRounded("firingRate", row.Statistics.FiringRate(latent, row.Concept), 6);
                writer.WriteRounded("mean", row.Statistics.Mean(latent, row.Concept), 6);
                writer.WriteRounded("separability", Separability.ByConcept(row.Statistics, latent)[row.Concept], 6);
            }

            if (row.Auroc is { } auroc)
            {
                writer.WriteRounded("auroc", auroc, 6);
            }

            if (row.Push is { } push)
            {
                writer.WriteRounded("length", push.Length, 6);
            }

            Write(writer, row.Output);
            Write(writer, row.Causal);
            if (row.Examples.Count > 0)
            {
                writer.WriteStartArray("examples");
                foreach (var example in row.Examples)
                {
                    FeatureReport.Write(writer, example);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Write(Utf8JsonWriter writer, OutputEffect? effect)
    {
        if (effect is null)
        {
            return;
        }

        writer.WriteRounded("outputScore", effect.Score, 6);
        writer.WriteRounded("confidenceChange", effect.ConfidenceChange, 6);
        writer.WriteRounded("divergence", effect.Divergence, 6);
        writer.WriteStartArray("tokens");
        foreach (var token in Tokens(effect))
        {
            writer.WriteStringValue(token);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, CausalEffect? effect)
    {
        if (effect is null)
        {
            return;
        }

        writer.WriteRounded("induces", effect.Induces, 6);
        Write(writer, "inducesInterval", effect.InducesInterval);
        writer.WriteRounded("repairs", effect.Repairs, 6);
        Write(writer, "repairsInterval", effect.RepairsInterval);
        writer.WriteRounded("lossAdded", effect.LossAdded, 6);
        writer.WriteBoolean("bothWays", effect.HoldsBothWays);
    }

    private static void Write(Utf8JsonWriter writer, string name, Interval interval)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue(Math.Round(interval.Low, 6));
        writer.WriteNumberValue(Math.Round(interval.High, 6));
        writer.WriteEndArray();
    }

    private IEnumerable<string> Tokens(OutputEffect effect) => effect.Tokens.Select(token => tokenizer!.Decode([token]));

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Signed(double number, int digits)
    {
        // What rounds to zero has no sign.
        var rounded = Math.Round(number, digits);
        return (rounded > 0 ? "+" : string.Empty) + (rounded == 0 ? 0 : rounded).ToString($"F{digits}", CultureInfo.InvariantCulture);
    }

    private static string Real(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
