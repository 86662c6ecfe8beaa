using System.CommandLine;
using Spectre.Console;
using Steering.Cli.Chat;
using Steering.Cli.CommandLine;
using Steering.Cli.Inspection;
using Steering.Cli.Terminal;
using Steering.Policies;

namespace Steering.Cli.Commands;

/// <summary><c>steer chat</c>: talk with a model and turn its dials while it answers.</summary>
internal static class ChatCommand
{
    private const int DefaultMaxTokens = 512;

    public static Command Create(CliConsole console)
    {
        var command = new Command("chat", "Talk with a model and turn its features while it answers; without MODEL with the sandbox.");
        var model = new ModelArguments(console, optional: true).AddTo(command);
        var steering = new SteeringArguments(model, watch: true).AddTo(command, interactive: true);
        var sampling = new SamplingArguments(DefaultMaxTokens, stops: false).AddTo(command);
        var system = new Option<string?>("--system") { Description = "System message.", HelpName = "TEXT" };
        var raw = new Option<bool>("--raw") { Description = "Continue your text as it stands, for models without a chat template." };
        command.Options.Add(system);
        command.Options.Add(raw);
        command.Validators.Add(result =>
        {
            if (result.GetValue(raw) && result.GetValue(system) is not null)
            {
                result.AddError("--system and --raw exclude each other: without a chat template there is no system message.");
            }
        });
        return command
            .WithExamples(
                "steer chat",
                "steer chat sandbox --sae mid-topk --policy friendly",
                "steer chat smollm2 --sae sae-l15",
                "steer chat smollm2 --sae sae-l15 --policy calm.json --watch 4514",
                "echo \"Hello\" | steer chat smollm2")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                using var loaded = await Task.Run(() => model.Load(parsed), cancellationToken);
                var sandbox = model.Sandbox(parsed);
                var saes = steering.Saes(parsed);
                if (saes.Count == 0 && sandbox is not null)
                {
                    saes = FirstContact.Saes(sandbox);
                }

                using var labels = FeatureLabels.Open(saes);
                FeatureTarget[] watch = [.. steering.Watch(parsed).Cast<FeatureTarget>()];
                FeatureTarget[] suggested = watch.Length == 0 && sandbox is not null && saes is [var first, ..] ? [.. FirstContact.Features(first, labels)] : [];

                var shelf = sandbox is null ? PolicyShelf.Empty : new PolicyShelf
                {
                    Files = sandbox.Policies,
                    Find = text => model.Policy(parsed, text),
                    Missing = (policies, known) => steering.Missing(parsed, policies, known),
                };
                var board = new DialBoard(loaded.Manifest, saes, steering.Policies(parsed), [.. watch, .. suggested], loaded.Folder, steering.AllowOtherModel(parsed), shelf) { Labels = labels, Suggested = suggested };
                var settings = new ChatSettings(sampling.Sampling(parsed), sampling.MaxTokens(parsed), parsed.GetValue(system), parsed.GetValue(raw));
                using var session = new ChatSession(console, loaded, board, settings);
                await RunAsync(console, session, sandbox is not null, cancellationToken);
            });
    }

    private static async Task RunAsync(CliConsole console, ChatSession session, bool isSandbox, CancellationToken cancellationToken)
    {
        var editor = console.IsInteractive ? new LineEditor(console.Terminal, "> ") : null;
        Action<string> say = editor is null ? console.Output.WriteLine : text => console.Output.WriteLine(WordWrap.Lines(text, console.Terminal.Profile.Width));
        var commands = new SlashCommands(session, say);
        if (editor is not null)
        {
            if (isSandbox)
            {
                Introduce(say, session.Board);
            }

            say($"{session.Model.Name}. {(session.Model.Manifest is { } manifest ? $"Sites: {ModelFolderSummary.Sites(manifest)}." : "No sockets: it talks, and cannot be steered.")} /help lists the commands.");
        }

        while (true)
        {
            var line = editor is null ? await console.Input.ReadLineAsync(cancellationToken) : await editor.ReadAsync(cancellationToken);
            if (line is null)
            {
                return;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                if (!line.StartsWith('/'))
                {
                    await session.ReplyAsync(line, cancellationToken);
                }
                else if (!commands.Run(line.Trim()))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is SteeringException or UsageException && editor is not null)
            {
                console.Terminal.Write(new Text(exception.Message + Environment.NewLine, new Style(Color.Red)));
            }
        }
    }

    private static void Introduce(Action<string> say, DialBoard board)
    {
        say($"This is the sandbox: a very small model of a very small world. Ask it for example {string.Join(" or ", FirstContact.Questions().Select(question => $"“{question}”"))}");
        if (board.Shown.Count > 0)
        {
            say($"Watched: {string.Join(", ", board.Shown.Select(board.Labels.Name))}. /dial {board.Shown[0].Features[0]} 1 turns the first up.");
        }

        if (board.Shelf.Files.Count > 0)
        {
            say($"Policies to put in force with /policy: {string.Join(", ", board.Shelf.Files.Keys)}.");
        }
    }
}
