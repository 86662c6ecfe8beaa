using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steering.Cli.CommandLine;
using Steering.Cli.Inspection;
using Steering.Cli.Output;
using Steering.Cli.Terminal;

namespace Steering.Cli.Commands;

/// <summary><c>steer info</c>: what a file or folder is, in words.</summary>
internal static class InfoCommand
{
    public static Command Create(CliConsole console)
    {
        var path = new Argument<string>("PATH") { Description = "Model folder, checkpoint, SAE folder, vector or policy; or sandbox, or what belongs to it, as in sandbox/late-topk." };
        var json = CommandExtensions.Json();
        return new Command("info", "Say what a file or folder is.") { path, json }
            .WithExamples("steer info smollm2", "steer info calm.json", "steer info model.gguf --json")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var description = await Task.Run(() => PathInspector.Describe(new SandboxNames(console).Any(parsed.GetRequiredValue(path))), cancellationToken);
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, description);
                }
                else
                {
                    WriteText(console.Output, description);
                }
            });
    }

    private static void WriteText(TextWriter output, Description description)
    {
        output.WriteLine(description.Sentence);
        var facts = description.Facts.Where(fact => fact.Value is not null and not Array { Length: 0 }).ToArray();
        var width = facts.Max(fact => Label(fact.Name).Length);
        foreach (var fact in facts)
        {
            string[] lines = fact.Value is string[] list ? list : [Convert.ToString(fact.Value, CultureInfo.InvariantCulture)!];
            output.WriteLine($"  {Label(fact.Name).PadRight(width)}  {lines[0]}");
            foreach (var line in lines.Skip(1))
            {
                output.WriteLine($"  {new string(' ', width)}  {line}");
            }
        }
    }

    private static void WriteJson(TextWriter output, Description description) => Json.Write(output, writer =>
    {
        writer.WriteString("kind", description.Kind);
        writer.WriteString("path", description.Path);
        writer.WriteString("description", description.Sentence);
        writer.WriteStartObject("facts");
        foreach (var fact in description.Facts)
        {
            writer.WritePropertyName(fact.Name);
            JsonSerializer.Serialize(writer, fact.Value);
        }

        writer.WriteEndObject();
    });

    // "contextLength" reads "context length".
    private static string Label(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));
}
