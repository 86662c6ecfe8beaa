using System.CommandLine;
using System.CommandLine.Help;
using Steering.Cli.CommandLine;
using Steering.Cli.Commands.Concepts;
using Steering.Cli.Commands.Features;
using Steering.Cli.Commands.Reasoning;
using Steering.Cli.Commands.Saes;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands;

/// <summary>The commands and what they have in common.</summary>
internal static class CommandTree
{
    /// <summary>The whole tree, bound to a console.</summary>
    public static RootCommand Create(CliConsole console)
    {
        var root = new RootCommand("Turns features of a sparse autoencoder into dials on a running language model.")
        {
            PullCommand.Create(console),
            ImportCommand.Create(console),
            SocketCommand.Create(console),
            InfoCommand.Create(console),
            GenerateCommand.Create(console),
            ChatCommand.Create(console),
            DemoCommand.Create(console),
            EvaluateCommand.Create(console),
            TraceCommand.Create(console),
            TokenizeCommand.Create(console),
            HarvestCommand.Create(console),
            TrainCommand.Create(console),
            TorchCommand.Create(console),
            FeaturesCommand.Create(console),
            TuneCommand.Create(console),
            Group("judge", "Make judges of replies.", JudgeTrainCommand.Create(console)),
            Group("concept", "Measure what features do under labels, and steer by it.", ConceptFitCommand.Create(console), ConceptInfoCommand.Create(console), ConceptPlotCommand.Create(console), ConceptSelectCommand.Create(console), ConceptDirectionCommand.Create(console), ConceptCompareCommand.Create(console)),
            Group("detox", "Make policies against toxicity from labelled texts.", DetoxFitCommand.Create(console)),
            Group("reason", "Find reasoning behaviours, test them, and steer by them.", ReasonFitCommand.Create(console), ReasonScoreCommand.Create(console), ReasonFalsifyCommand.Create(console), ReasonConfidenceCommand.Create(console)),
            Group("vector", "Make steering vectors.", VectorDiffCommand.Create(console)),
            Group(
                "sae",
                "Use sparse autoencoders.",
                SaeEncodeCommand.Create(console),
                SaeStatsCommand.Create(console),
                SaeEvalCommand.Create(console),
                SaeDiffCommand.Create(console),
                SaeConvertCommand.Create(console),
                SaeExportCommand.Create(console)),
        };
        root.Options.Add(RootOptions.Verbose);
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Description = "Show help, with examples.";
                    help.Action = new HelpWithExamples((HelpAction)help.Action!);
                    break;
                case VersionOption version:
                    version.Description = "Show the version.";
                    break;
            }
        }

        return root;
    }

    private static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }
}
