using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Inspection;
using Steering.Cli.Terminal;
using Steering.Export;
using Steering.Export.Precision;

namespace Steering.Cli.Commands;

/// <summary><c>steer import</c>: a checkpoint becomes a model folder, with sockets if asked.</summary>
internal static class ImportCommand
{
    private enum Precision
    {
        Fp32,
        Int4,
    }

    public static Command Create(CliConsole console)
    {
        var source = new Argument<string>("SOURCE") { Description = "GGUF file, Hugging Face folder with safetensors, or sandbox." };
        var destination = new Argument<string>("OUT") { Description = "Model folder to make; it appears when it is complete." };
        var precision = new WordOption<Precision>("--precision", "How weights are stored. GGUF blocks are carried over to int4 as they are.", Precision.Fp32);
        var sites = SiteOptions.Sites(required: false);
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace OUT if it exists." };
        var exact = new Option<bool>("--exact-activations") { Description = "With int4: compute with unrounded activations; slower, and equal to the same weights in fp32." };
        var command = new Command("import", "Make a model folder from a checkpoint.") { source, destination, precision, sites, overwrite, exact };
        command.Validators.Add(result =>
        {
            if (result.GetValue(exact) && !string.Equals(result.GetValue(precision), "int4", StringComparison.OrdinalIgnoreCase))
            {
                result.AddError("--exact-activations needs --precision int4: fp32 never rounds activations.");
            }
        });
        return command
            .WithExamples(
                "steer import SmolLM2-135M-Instruct.Q4_1.gguf smollm2 --precision int4 --sites 15",
                "steer import ./tinystories-656k stories --sites all")
            .MakesFolder(parsed => parsed.GetValue(destination))
            .Runs(async (parsed, cancellationToken) =>
            {
                var to = SandboxNames.Destination(parsed.GetRequiredValue(destination));
                var from = new SandboxNames(console).Checkpoint(parsed.GetRequiredValue(source));
                var options = new ImportOptions
                {
                    Precision = precision.Value(parsed) == Precision.Int4 ? WeightPrecision.Int4 : WeightPrecision.Float32,
                    Sites = parsed.GetValue(sites),
                    Overwrite = parsed.GetValue(overwrite),
                    ExactActivations = parsed.GetValue(exact),
                };
                var warnings = new List<string>();
                var start = Stopwatch.GetTimestamp();
                await ProgressDisplay.RunAsync(console, "importing", progress =>
                {
                    ModelImporter.Import(from, to, options, Stages(progress, warnings), cancellationToken);
                    return true;
                });
                foreach (var warning in warnings)
                {
                    console.Error.WriteLine($"warning: {warning}");
                }

                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{to} is ready after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s. {ModelFolderSummary.Sockets(to)}"));
            });
    }

    private static IProgress<ImportProgress> Stages(IProgress<StageProgress> progress, List<string> warnings) => progress.As<ImportProgress>(value =>
    {
        if (value.Warning is { } warning)
        {
            warnings.Add(warning);
        }

        return new StageProgress(value.Stage, value.Fraction);
    });
}
