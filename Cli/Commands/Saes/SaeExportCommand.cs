using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae export</c>: an SAE becomes ONNX graphs.</summary>
internal static class SaeExportCommand
{
    private enum Precision
    {
        Fp32,
        Fp16,
    }

    private enum Graph
    {
        All,
        Encode,
        Decode,
        Edit,
    }

    public static Command Create(CliConsole console)
    {
        var folder = new Argument<string>("SAE") { Description = "SAE folder of any layout; it stays as it is." };
        var destination = new Argument<string>("OUT") { Description = "Folder to make for the graphs; it appears when it is complete." };
        var graph = new WordOption<Graph>("--graph", "Which graphs to write.", Graph.All);
        var precision = new WordOption<Precision>("--precision", "How the matrices are stored; inputs and outputs are fp32 either way.", Precision.Fp32);
        var dense = new Option<bool>("--dense") { Description = "For TopK and AbsTopK: all activations [batch, sequence, D] instead of the k largest and their indices." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace OUT if it holds exported graphs." };
        var json = CommandExtensions.Json();
        return new Command("export", "Write a sparse autoencoder as ONNX graphs.") { folder, destination, graph, precision, dense, overwrite, json }
            .WithExamples(
                "steer sae export sae-l15 sae-l15-onnx",
                "steer sae export sae-l15 sae-l15-onnx --graph encode --precision fp16")
            .MakesFolder(parsed => parsed.GetValue(destination))
            .Runs(async (parsed, cancellationToken) =>
            {
                var (from, to) = (new SandboxNames(console).Sae(parsed.GetRequiredValue(folder)), parsed.GetRequiredValue(destination));
                var options = new SaeOnnxOptions
                {
                    Graphs = Graphs(graph.Value(parsed)),
                    Precision = precision.Value(parsed) == Precision.Fp16 ? SaeOnnxPrecision.Float16 : SaeOnnxPrecision.Float32,
                    Dense = parsed.GetValue(dense),
                    Overwrite = parsed.GetValue(overwrite),
                };
                var (sae, files) = await ProgressDisplay.RunAsync(console, "reading the SAE", progress =>
                {
                    var loaded = SaeFolder.Load(from);
                    return (loaded, SaeOnnxWriter.Write(to, loaded, options, progress.Share("writing the graphs"), cancellationToken));
                });
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, to, sae, options, files);
                }
                else
                {
                    WriteText(console.Output, to, files);
                }
            });
    }

    private static SaeOnnxGraphs Graphs(Graph graph) => graph switch
    {
        Graph.Encode => SaeOnnxGraphs.Encode,
        Graph.Decode => SaeOnnxGraphs.Decode,
        Graph.Edit => SaeOnnxGraphs.Edit,
        _ => SaeOnnxGraphs.All,
    };

    private static void WriteText(TextWriter output, string folder, IReadOnlyList<SaeOnnxFile> files)
    {
        var list = string.Join(", ", files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file.Path)} ({file.Length / 1e6:F1} MB)")));
        output.WriteLine($"{folder} holds {list} and {SaeOnnxNames.ManifestFile}, which says their inputs and outputs.");
    }

    private static void WriteJson(TextWriter output, string folder, SparseAutoencoder sae, SaeOnnxOptions options, IReadOnlyList<SaeOnnxFile> files) => Json.Write(output, writer =>
    {
        writer.WriteString("folder", folder);
        writer.WriteString("saeSha256", sae.Fingerprint);
        writer.WriteString("precision", options.Precision == SaeOnnxPrecision.Float16 ? "fp16" : "fp32");
        writer.WriteStartArray("graphs");
        foreach (var file in files)
        {
            writer.WriteStartObject();
            writer.WriteString("graph", file.Graph.ToString().ToLowerInvariant());
            writer.WriteString("path", Path.Combine(folder, Path.GetFileName(file.Path)));
            writer.WriteNumber("bytes", file.Length);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
