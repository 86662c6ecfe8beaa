using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Models;
using Steering.Tensors;

namespace Steering.Cli.Commands;

/// <summary><c>steer trace</c>: the numbers of one forward pass, in a tensor file.</summary>
internal static class TraceCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("trace", "Write the logits and residual streams of one forward pass to a safetensors file.");
        var model = new ModelArguments(console).AddTo(command);
        var prompt = new PromptArguments().AddTo(command);
        var steering = new SteeringArguments(model).AddTo(command);
        var output = Values.Path("--output", "File to write: ids [S], logits [S, V], resid_post.N [S, d] at every socketed site.", "T.safetensors", required: true);
        var json = CommandExtensions.Json();
        command.Options.Add(output);
        command.Options.Add(json);
        return command
            .WithExamples("steer trace smollm2 --prompt \"Once upon a time\" --output trace.safetensors")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                var ids = await prompt.EncodeAsync(parsed, model, console.Input, cancellationToken);
                using var pass = await Task.Run(() => model.LoadForwardPass(parsed), cancellationToken);
                var policy = steering.Compile(parsed, pass.Manifest, model.Folder(parsed));
                var result = await Task.Run(() => pass.Run(ids, policy), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                var tensors = Tensors(ids, result, pass);
                SafetensorsWriter.Write(path, tensors);
                Report(console, parsed.GetValue(json), path, ids, tensors);
            });
    }

    private static List<TensorData> Tensors(int[] ids, ForwardResult result, ForwardPass pass)
    {
        var tensors = new List<TensorData>
        {
            TensorData.FromInt64("ids", [ids.Length], Array.ConvertAll(ids, id => (long)id)),
            TensorData.FromFloat32("logits", [ids.Length, result.VocabularySize], result.Logits),
        };
        tensors.AddRange(pass.Sites.Select(site => TensorData.FromFloat32(site.Name, [ids.Length, site.HiddenSize], result.Residuals[site.Name])));
        return tensors;
    }

    private static void Report(CliConsole console, bool json, string path, int[] ids, List<TensorData> tensors)
    {
        if (json)
        {
            Json.Write(console.Output, writer =>
            {
                writer.WriteString("output", path);
                writer.WriteNumbers("ids", ids);
                writer.WriteStartArray("tensors");
                tensors.ForEach(tensor => writer.WriteStringValue(tensor.Info.Name));
                writer.WriteEndArray();
            });
            return;
        }

        var names = string.Join(", ", tensors.Select(tensor => $"{tensor.Info.Name} [{string.Join(", ", tensor.Info.Shape)}]"));
        console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path} holds {names}."));
    }
}
