using System.CommandLine;
using System.Text.Json;
using SandboxModel.Reporting;
using Steering;
using Steering.IO;

namespace SandboxModel;

/// <summary><c>report</c>: measures a model on held-out documents.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A checkpoint (Hugging Face folder) or a model folder made by 'steer import'." };
        var documents = Whole("--documents", "Documents on which the loss is measured.", 500);
        var replies = Whole("--replies", "Replies drawn for each rate.", 200);
        var seed = new Option<uint>("--seed") { Description = "Which documents and which draws." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of the table." };
        var output = new Option<FileInfo?>("--out", "-o") { Description = "Also write the JSON to this file." };
        var command = new Command("report", "Measure a model on held-out documents.") { model, documents, replies, seed, json, output };
        command.SetAction((parsed, cancellation) => GuardedAsync(parsed.InvocationConfiguration, () => RunAsync(
            parsed.GetRequiredValue(model), parsed.GetValue(documents), parsed.GetValue(replies), parsed.GetValue(seed), parsed.GetValue(json), parsed.GetValue(output), parsed.InvocationConfiguration, cancellation)));
        return command;
    }

    /// <summary>Runs a command; what a user can mend becomes one line and exit code 1.</summary>
    public static async Task<int> GuardedAsync(InvocationConfiguration console, Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (SteeringException refused)
        {
            console.Error.WriteLine(refused.Message);
            return 1;
        }
    }

    private static async Task RunAsync(
        string model, int documents, int replies, uint seed, bool json, FileInfo? output, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var source = ModelSource.Open(model, cancellation);
        using var runner = new ReportRunner(source.Folder, seed, documents, replies, new ErrorLines(console.Error));
        var report = await runner.RunAsync(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))), cancellation);
        var text = JsonSerializer.Serialize(report, ReportJsonContext.Default.ModelReport);
        if (output is not null)
        {
            AtomicFile.WriteAllText(output.FullName, text + "\n");
        }

        if (json)
        {
            console.Output.WriteLine(text);
        }
        else
        {
            ReportText.Write(report, console.Output);
        }
    }

    public static Option<int> Whole(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} must be at least 1.");
            }
        });
        return option;
    }

    private sealed class ErrorLines(TextWriter error) : IProgress<string>
    {
        public void Report(string value) => error.WriteLine(value);
    }
}
