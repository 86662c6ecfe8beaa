using System.CommandLine;
using System.Globalization;
using Steering.Analysis.Concepts;
using Steering.Analysis.Reports;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Concepts;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept plot</c>: draws what a file of concepts holds.</summary>
internal static class ConceptPlotCommand
{
    public static Command Create(CliConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "File made by 'steer concept fit'." };
        var output = Values.Path("--output", "Picture to write (.svg).", "FILE", required: true);
        var feature = Values.OptionalWhole("--feature", "Draw the densities of this feature under each concept; without it, the separability of all features.", 0);
        var concepts = new Option<string[]>("--concept") { Description = $"Draw this concept only; may be repeated, up to {DensityChart.MostSeries} in all.", HelpName = "NAME" };
        var command = new Command("plot", "Draw the densities of a feature under each concept, or how separability is distributed.") { file, output, feature, concepts };
        command.Validators.Add(result =>
        {
            if (result.GetResult(concepts) is { Implicit: false } && result.GetResult(feature) is null or { Implicit: true })
            {
                result.AddError("--concept does nothing by itself: give --feature too.");
            }
        });
        return command
            .WithExamples(
                "steer concept plot toxic.concepts.safetensors --output separability.svg",
                "steer concept plot toxic.concepts.safetensors --feature 4514 --output feature-4514.svg")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                var statistics = await Task.Run(() => ConceptFile.Load(parsed.GetRequiredValue(file)), cancellationToken);
                await Task.Run(() => SvgPicture.Save(path, Charts(statistics, parsed.GetValue(feature), parsed.GetValue(concepts) ?? [])), cancellationToken);
                console.Output.WriteLine($"{path} holds the picture.");
            });
    }

    private static string[] Charts(ConceptStatistics statistics, int? feature, string[] concepts)
    {
        if (feature is not { } latent)
        {
            var all = ConceptCharts.SeparabilityOfLatents(statistics).ToSvg();
            return statistics.ConceptCount is > 2 and <= DensityChart.MostSeries ? [all, ConceptCharts.SeparabilityOfConcepts(statistics).ToSvg()] : [all];
        }

        if (latent >= statistics.LatentCount)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"There is no feature {latent}; the file holds features 0 to {statistics.LatentCount - 1}."));
        }

        int[] shown = concepts.Length > 0 ? [.. concepts.Select(statistics.IndexOf).Distinct()] : [.. Enumerable.Range(0, statistics.ConceptCount)];
        if (shown.Length > DensityChart.MostSeries)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The file holds {statistics.ConceptCount} concepts, and {DensityChart.MostSeries} can be told apart by colour. Name some with --concept; they are {string.Join(", ", statistics.Concepts.Select(concept => concept.Name))}."));
        }

        return [ConceptCharts.Densities(statistics, latent, shown).ToSvg()];
    }
}
