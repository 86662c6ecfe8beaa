using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Hub;
using Steering.IO;

namespace Steering.Cli.Commands;

/// <summary><c>steer pull</c>: a checkpoint or SAE from a Hugging Face-compatible host, into a folder.</summary>
internal static class PullCommand
{
    private const string EndpointVariable = "HF_ENDPOINT";
    private const string TokenVariable = "HF_TOKEN";
    private const int NamesShown = 4;

    public static Command Create(CliConsole console)
    {
        var source = new Argument<string>("ORG/NAME[@REVISION]") { Description = "Repository, with a branch, tag or commit if not main; datasets/ORG/NAME for a data set." };
        var files = new Option<string[]>("--file") { Description = "Which files, as in 'blocks.8/*' or '*.gguf'; may be repeated. What an import needs unless given.", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
        var output = Values.Path("--out", "Folder for the files; NAME unless given. A pull that was begun there is continued.", "DIR");
        var endpoint = new Option<string?>("--endpoint") { Description = $"Address of the host; {EndpointVariable} or https://huggingface.co unless given.", HelpName = "URL" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace files in the folder that are of another commit or were changed." };
        var json = CommandExtensions.Json();
        return new Command("pull", "Download a checkpoint or SAE.") { source, files, output, endpoint, overwrite, json }
            .WithExamples(
                "steer pull HuggingFaceTB/SmolLM2-135M-Instruct",
                "steer pull bartowski/SmolLM2-135M-Instruct-GGUF --file '*Q4_K_M.gguf' --out smollm2",
                "steer pull jbloom/GPT2-Small-SAEs-Reformatted --file 'blocks.8.hook_resid_pre/*' --out gpt2-saes")
            .Keeps(parsed => Kept(parsed.GetValue(output) ?? HubRepository.Parse(parsed.GetRequiredValue(source)).Name))
            .Runs(async (parsed, cancellationToken) =>
            {
                var repository = HubRepository.Parse(parsed.GetRequiredValue(source));
                var options = new HubPullOptions
                {
                    Repository = repository,
                    Folder = parsed.GetValue(output) ?? repository.Name,
                    Patterns = parsed.GetValue(files) ?? [],
                    Overwrite = parsed.GetValue(overwrite),
                };
                var connection = new HubConnection
                {
                    Endpoint = (parsed.GetValue(endpoint) ?? Variable(EndpointVariable)) is { } address ? HubConnection.ParseEndpoint(address) : HubConnection.DefaultEndpoint,
                    Token = Variable(TokenVariable),
                };
                var result = await ProgressDisplay.RunTaskAsync(console, $"asking for {repository}", progress => HubPuller.PullAsync(options, connection, progress.As<HubPullProgress>(Stage), cancellationToken));
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, result, connection);
                }
                else
                {
                    WriteText(console.Output, result);
                }
            });
    }

    private static Kept? Kept(string folder) => HubPuller.BytesKept(folder) is > 0 and var bytes ? new Kept($"{folder} keeps {ByteText.Of(bytes)}") : null;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private static void WriteText(TextWriter output, HubPullResult result)
    {
        var fetched = result.Files.Count(file => file.Fetched);
        var came = fetched == 0 ? "all there already" : $"{fetched} of them new, {ByteText.Of(result.BytesReceived)} received";
        output.WriteLine(
            $"{result.Folder} holds {Count(result.Files.Count, "file")} of {result.Repository.Id} at commit {result.Commit} ({result.Repository.Revision}): {ByteText.Of(result.Files.Sum(file => file.Size))}, {came}. Sizes and hashes are right.");
        foreach (var group in result.LeftOut.GroupBy(file => file.Reason, StringComparer.Ordinal))
        {
            var names = group.Take(NamesShown).Select(file => file.Path);
            var rest = group.Count() - NamesShown;
            output.WriteLine($"Left out, {group.Key}: {string.Join(", ", names)}{(rest > 0 ? $" and {rest} more" : string.Empty)} ({ByteText.Of(group.Sum(file => file.Size))}).");
        }

        if (PullNextStep.After(result) is { } next)
        {
            output.WriteLine($"Next: {next}");
        }
    }

    private static void WriteJson(TextWriter output, HubPullResult result, HubConnection connection) => Json.Write(output, writer =>
    {
        writer.WriteString("folder", result.Folder);
        writer.WriteString("endpoint", connection.Endpoint.AbsoluteUri.TrimEnd('/'));
        writer.WriteString("repository", result.Repository.Id);
        writer.WriteString("revision", result.Repository.Revision);
        writer.WriteString("commit", result.Commit);
        writer.WriteNumber("bytesReceived", result.BytesReceived);
        writer.WriteStartArray("files");
        foreach (var file in result.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path);
            writer.WriteNumber("size", file.Size);
            writer.WriteString("hash", file.Hash);
            writer.WriteBoolean("fetched", file.Fetched);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("leftOut");
        foreach (var file in result.LeftOut)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path);
            writer.WriteNumber("size", file.Size);
            writer.WriteString("reason", file.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("next", PullNextStep.After(result));
    });

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? string.Empty : "s")}";

    private static StageProgress Stage(HubPullProgress value)
    {
        var share = value.TotalBytes > 0 ? $" ({ByteText.Of(value.Bytes)} of {ByteText.Of(value.TotalBytes)})" : string.Empty;
        return new StageProgress(value.Stage + share, value.Fraction);
    }
}
