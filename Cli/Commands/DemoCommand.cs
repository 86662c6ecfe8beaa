using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Demo;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands;

/// <summary><c>steer demo</c>: what the sandbox's policies do, beside controls.</summary>
internal static class DemoCommand
{
    private const int StandardReplies = 200;

    public static Command Create(CliConsole console)
    {
        var command = new Command("demo", "Show steered beside unsteered replies of the sandbox model, and measure the difference.");
        var seed = Values.Whole("--seed", "Which prompts and which draws; the same seed gives the same numbers.", 0, 0);
        var replies = Values.Whole("--replies", "Replies drawn for each number.", 1, StandardReplies);
        var folder = Values.Path("--folder", "A sandbox of your own, with folders model, saes and policies; the bundled one unless given.", "DIR");
        var operators = ModelArguments.CustomOperators();
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[seed, replies, folder, operators, json])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples("steer demo", "steer demo --seed 7 --replies 500 --json")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var source = parsed.GetValue(folder) is { } own ? DemoSource.Open(own) : DemoSource.Of(await Task.Run(() => console.Sandbox, cancellationToken));
                var (number, count) = (parsed.GetValue(seed), parsed.GetValue(replies));
                var results = await ProgressDisplay.RunAsync(console, "loading the model", progress =>
                {
                    using var runner = new DemoRunner(source, count, number, parsed.GetValue(operators), progress);
                    return runner.RunAsync(cancellationToken).GetAwaiter().GetResult();
                });
                if (parsed.GetValue(json))
                {
                    DemoJson.Write(console.Output, number, count, results);
                }
                else
                {
                    DemoText.Write(console.Terminal, number, count, results);
                }
            });
    }
}
