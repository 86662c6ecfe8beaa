using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Reports;

namespace Steering.Training.Trainer;

/// <summary>What a training run was told, as a page shows it: every option under the name that a configuration file gives it.</summary>
internal static class TrainingSettings
{
    /// <summary>Every option with the value that held, also where it was left to its default.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var document = JsonDocument.Parse(TrainingOptionsJson.Serialize(options with { LearningRate = options.PeakLearningRate, ResampleSteps = (int)options.ResampleEvery }));
        return [.. Flat(string.Empty, document.RootElement), ("steps", options.Steps.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>Adds the settings of runs to a page: once what they share, and run by run where they differ.</summary>
    internal static void AddTo(HtmlReport report, IReadOnlyList<ReportedRun> runs)
    {
        string[] names = [.. runs.SelectMany(run => run.Settings).Select(setting => setting.Name).Distinct(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        var values = runs.Select(run => run.Settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal)).ToArray();
        var shared = names.Where(name => values.All(known => known.TryGetValue(name, out var value) && value == values[0][name])).ToArray();
        string[] different = [.. names.Except(shared, StringComparer.Ordinal)];
        report.Heading("Settings").Table(["setting", "#value"], shared.Select(name => (string[])[name, values[0][name]]));
        if (different.Length > 0)
        {
            report.Table(["run", .. different.Select(name => $"#{name}")], runs.Zip(values, (run, known) => (string[])[run.Name, .. different.Select(name => known.GetValueOrDefault(name, "–"))]));
        }
    }

    private static IEnumerable<(string Name, string Value)> Flat(string prefix, JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            var name = property.Name.TrimStart('$');
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var inner in Flat($"{prefix}{name}.", property.Value))
                {
                    yield return inner;
                }
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                yield return ($"{prefix}{name}", Text(property.Value));
            }
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when !value.TryGetInt64(out _) => value.GetDouble().ToString("G6", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
