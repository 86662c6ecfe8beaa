using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Inspection;
using Steering.Cli.Terminal;
using Steering.Export.Sockets;

namespace Steering.Cli.Commands;

/// <summary><c>steer socket</c>: puts sockets into a model folder that exists.</summary>
internal static class SocketCommand
{
    public static Command Create(CliConsole console)
    {
        var model = new Argument<string>("MODEL") { Description = "GenAI model folder without sockets; it stays as it is. The sandbox has them already." };
        var destination = new Argument<string>("OUT") { Description = "Socketed model folder to make." };
        var sites = SiteOptions.Sites(required: true);
        var name = new Option<string?>("--name") { Description = "Name of the model, by which SAEs are matched to it; the folder's own unless given.", HelpName = "TEXT" };
        return new Command("socket", "Put sockets into a model folder, so that it can be steered.") { model, destination, sites, name }
            .WithExamples("steer socket phi3-mini phi3-mini-s --sites 8,15,22")
            .MakesFolder(parsed => parsed.GetValue(destination))
            .Runs(async (parsed, cancellationToken) =>
            {
                var to = SandboxNames.Destination(parsed.GetRequiredValue(destination));
                var from = parsed.GetRequiredValue(model);
                if (SandboxNames.IsModel(from))
                {
                    throw new SteeringException($"The sandbox has sockets after every block already: steer it as it is, or make a folder of your own with 'steer import {from} OUT --sites …'. A folder of that name is ./{from}.");
                }

                await ProgressDisplay.RunAsync(console, "putting in sockets", progress =>
                    ModelSocketer.Socket(from, to, parsed.GetRequiredValue(sites)!, Options(parsed.GetValue(name)), progress.As<SocketProgress>(value => new StageProgress(value.Stage, value.Fraction)), cancellationToken));
                console.Output.WriteLine($"{to} is ready. {ModelFolderSummary.Sockets(to)}");
            });
    }

    private static SocketOptions? Options(string? name) => name is null ? null : new SocketOptions { ModelName = name };
}
