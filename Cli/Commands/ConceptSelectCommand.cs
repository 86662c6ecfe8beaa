using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Policies;
using Steering.Saes;
using Steering.Training.Concepts;
using Steering.Training.Selection;

namespace Steering.Cli.Commands;

/// <summary><c>steer concept select</c>: ranks features for a concept and writes a policy.</summary>
internal static class ConceptSelectCommand
{
    public static Command Create(CliConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "File made by 'steer concept fit'." };
        var concept = new Option<string>("--concept") { Description = "The concept.", HelpName = "NAME", Required = true };
        var by = new WordOption<FeatureRanking>("--by", "What features are ranked by.", FeatureRanking.Auroc);
        var count = Values.Whole("--count", "How many features.", 1, 20);
        var rest = Values.OptionalReal("--rest", "With --by firing: largest share of the other concepts' observations on which a feature may fire (0.01).", 0, 1);
        var policy = Values.Path("--write", "Policy file to write.", "FILE");
        var sae = Values.Path("--sae", "SAE that the policy names; the concepts must have been measured with it.", "DIR");
        var kind = new WordOption<ConceptOperator>("--operator", "What the policy does with the features.", ConceptOperator.Attenuate);
        var strength = Values.OptionalReal("--strength", "Strength of attenuate (1).", -10, 10);
        var exponent = Values.OptionalReal("--exponent", "Exponent of attenuate (1).", 0.01f, 16);
        var floor = Values.OptionalReal("--floor", "Posterior below which attenuate does nothing (0).", 0, 0.999f);
        var tau = Values.OptionalReal("--tau", "Half width of the range of rangemask and dampen, in standard deviations (2).", 0.01f, 100);
        var prior = new WordOption<ConceptPrior>("--prior", "Priors of attenuate: alike, or as often as the texts have each label.", ConceptPrior.Uniform);
        var json = CommandExtensions.Json();
        var command = new Command("select", "Rank features for a concept by what they do, and write a policy.") { file, concept, by, count, rest, policy, sae, kind, strength, exponent, floor, tau, prior, json };
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (Given(policy) != Given(sae))
            {
                result.AddError("--write and --sae belong together: a policy names its SAE.");
            }

            foreach (var option in (Option[])[kind, strength, exponent, floor, tau, prior])
            {
                if (Given(option) && !Given(policy))
                {
                    result.AddError($"{option.Name} does nothing by itself: give --write and --sae too.");
                }
            }
        });
        return command
            .WithExamples(
                "steer concept select toxic.concepts.safetensors --concept toxic",
                "steer concept select toxic.concepts.safetensors --concept toxic --by sta --count 16 --sae sae-l15 --write calm.json")
            .Runs(async (parsed, cancellationToken) =>
            {
                var source = parsed.GetRequiredValue(file);
                var statistics = await Task.Run(() => ConceptFile.Load(source), cancellationToken);
                var index = statistics.IndexOf(parsed.GetRequiredValue(concept));
                var ranked = RankedFeature.Of(statistics, index, by.Value(parsed), parsed.GetValue(count), parsed.GetValue(rest) ?? 0.01);
                if (ranked.Count == 0)
                {
                    throw new SteeringException($"No feature speaks for '{statistics.Concepts[index].Name}' by {by.Value(parsed).ToString().ToLowerInvariant()}: none fires more under it than under the rest. Rank by something else, or fit on more texts.");
                }

                if (parsed.GetValue(policy) is { } path)
                {
                    var folder = new SandboxNames(console).Sae(parsed.GetValue(sae)!);
                    statistics.RequireSae(SaeFolder.Load(folder), source);
                    var target = new FeatureTarget { Sae = SaeId(folder), Features = [.. ranked.Select(feature => feature.Latent)] };
                    var intervention = kind.Value(parsed) switch
                    {
                        ConceptOperator.Attenuate => ConceptInterventions.Attenuate(statistics, index, target, prior.Value(parsed), parsed.GetValue(strength) ?? 1, parsed.GetValue(exponent) ?? 1, parsed.GetValue(floor) ?? 0),
                        ConceptOperator.RangeMask => ConceptInterventions.Range(statistics, index, target, SteeringOperator.RangeMask, parsed.GetValue(tau) ?? 2),
                        ConceptOperator.Dampen => ConceptInterventions.Range(statistics, index, target, SteeringOperator.Dampen, parsed.GetValue(tau) ?? 2),
                        ConceptOperator.FullMask => new Intervention { Target = target, Operator = SteeringOperator.FullMask },
                        _ => new Intervention { Target = target, Operator = SteeringOperator.Ablate },
                    };
                    var name = Path.GetFileNameWithoutExtension(path);
                    (SteeringPolicy.Create(name) with
                    {
                        Description = $"{ranked.Count} features of '{statistics.Concepts[index].Name}', ranked by {by.Value(parsed).ToString().ToLowerInvariant()} over {statistics.Origin.Corpus}.",
                        Interventions = [intervention],
                    }).Save(path);
                }

                Print(console, statistics, index, ranked, parsed.GetValue(json), parsed.GetValue(policy));
            });
    }

    /// <summary>The id under which --sae DIR makes an SAE known.</summary>
    private static string SaeId(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(SaeFolder.FolderOf(folder))));

    private static void Print(CliConsole console, ConceptStatistics statistics, int concept, IReadOnlyList<RankedFeature> ranked, bool json, string? policy)
    {
        var separability = ranked.Select(feature => Separability.ByConcept(statistics, feature.Latent)[concept]).ToArray();
        if (json)
        {
            Json.Write(console.Output, writer =>
            {
                writer.WriteString("concept", statistics.Concepts[concept].Name);
                writer.WriteStartArray("features");
                foreach (var (feature, distance) in ranked.Zip(separability))
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("feature", feature.Latent);
                    writer.WriteRounded("score", feature.Score, 6);
                    writer.WriteRounded("firingRate", statistics.FiringRate(feature.Latent, concept), 6);
                    writer.WriteRounded("mean", statistics.Mean(feature.Latent, concept), 6);
                    writer.WriteRounded("auroc", statistics.Auroc(feature.Latent, concept), 6);
                    writer.WriteRounded("separability", distance, 6);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteString("policy", policy);
            });
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns([.. ((string[])["feature", "score", "fires on", "mean", "ROC-AUC", "separability"]).Select(title => new TableColumn(title).RightAligned().NoWrap())]);
        foreach (var (feature, distance) in ranked.Zip(separability))
        {
            table.AddRow(
                feature.Latent.ToString(CultureInfo.InvariantCulture),
                feature.Score.ToString("F4", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{100 * statistics.FiringRate(feature.Latent, concept):F1} %"),
                statistics.Mean(feature.Latent, concept).ToString("F3", CultureInfo.InvariantCulture),
                statistics.Auroc(feature.Latent, concept).ToString("F3", CultureInfo.InvariantCulture),
                distance.ToString("F3", CultureInfo.InvariantCulture));
        }

        console.Terminal.Write(table);
        if (policy is not null)
        {
            console.Output.WriteLine($"{policy} holds the policy; use it with --policy {policy} and the SAE's --sae DIR.");
        }
    }
}
