using System.CommandLine;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands.Features;

/// <summary><c>steer features label</c>: names a feature in a catalogue.</summary>
internal static class FeaturesLabelCommand
{
    public static Command Create(CliConsole console)
    {
        var feature = FeatureArgument.Create();
        var label = new Argument<string?>("LABEL") { Description = "Its name.", Arity = ArgumentArity.ZeroOrOne };
        var remove = new Option<bool>("--remove") { Description = "Take its name away." };
        var command = new Command("label", "Name a feature, so that searches find it.") { feature, label, remove };
        var catalogue = new CatalogueArguments(console).AddTo(command);
        command.Validators.Add(result =>
        {
            var given = result.GetResult(label) is { Tokens: [{ Value: var value }] } && !string.IsNullOrWhiteSpace(value);
            if (given == result.GetValue(remove))
            {
                result.AddError(given ? "LABEL and --remove exclude each other." : "Give the feature's LABEL, or --remove.");
            }
        });
        return command
            .WithExamples("steer features label 4514 \"rain and storms\" --sae sae-l15", "steer features label 4514 --remove --sae sae-l15")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var number = parsed.GetValue(feature);
                await Task.Run(
                    () =>
                    {
                        catalogue.Open(parsed).Dispose();
                        FeatureCatalogue.SetLabel(catalogue.File(parsed), number, parsed.GetValue(remove) ? null : parsed.GetValue(label));
                    },
                    cancellationToken);
                console.Output.WriteLine(parsed.GetValue(remove) ? $"{number} has no label." : $"{number} is “{parsed.GetValue(label)!.Trim()}”.");
            });
    }
}
