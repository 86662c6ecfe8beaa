using System.CommandLine;
using System.CommandLine.Parsing;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae convert</c>: an SAE in any layout becomes a SAELens folder.</summary>
internal static class SaeConvertCommand
{
    private const int MaximumFolds = 16;

    private static readonly Dictionary<string, SaeFolds> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["scale"] = SaeFolds.Scale,
        ["decoder-norm"] = SaeFolds.DecoderNorm,
        ["input-bias"] = SaeFolds.InputBias,
        ["gated"] = SaeFolds.Gated,
    };

    public static Command Create(CliConsole console)
    {
        var source = new Argument<string>("SAE") { Description = "SAE folder in any layout, or its file of weights." };
        var destination = new Argument<string>("OUT") { Description = "SAELens folder to make." };
        var fold = new Option<SaeFolds>("--fold")
        {
            Description = "What to fold into the weights: scale, decoder-norm, input-bias, gated; nothing unless given.",
            HelpName = "WORDS",
            Arity = new ArgumentArity(1, MaximumFolds),
            CustomParser = Parse,
        };
        var site = Values.Path("--site", "Site it reads, as in 15 or resid_post.15, where its files do not say.", "SITE");
        var model = Values.Path("--model-name", "Model it was trained on, where its files do not say.", "NAME");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace OUT if it is a SAELens folder." };
        var json = CommandExtensions.Json();
        return new Command("convert", "Make a SAELens folder of an SAE in another layout.") { source, destination, fold, site, model, overwrite, json }
            .WithExamples(
                "steer sae convert gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71 gemma-l20",
                "steer sae convert Llama3_1-8B-Base-L15R-8x llama-l15 --fold scale",
                "steer sae convert params.npz gemma-l20 --site 20 --model-name gemma-2-2b")
            .MakesFolder(parsed => parsed.GetValue(destination))
            .Runs(async (parsed, cancellationToken) =>
            {
                var (from, to) = (new SandboxNames(console).Sae(parsed.GetRequiredValue(source)), parsed.GetRequiredValue(destination));
                var options = new SaeConversionOptions
                {
                    Folds = parsed.GetValue(fold),
                    Site = parsed.GetValue(site) is { } given ? SiteName.Full(given) : null,
                    ModelName = parsed.GetValue(model),
                    Overwrite = parsed.GetValue(overwrite),
                };
                var conversion = await Task.Run(() => SaeConverter.Convert(from, to, options), cancellationToken);
                if (parsed.GetValue(json))
                {
                    WriteJson(console.Output, from, to, conversion, options.Folds);
                }
                else
                {
                    WriteText(console.Output, from, to, conversion);
                }
            });
    }

    private static void WriteText(TextWriter output, string from, string to, SaeConversion conversion)
    {
        output.WriteLine($"{to} holds the SAE of {from} (layout: {SaeFolder.NameOf(conversion.Format)}) as a SAELens folder.");
        if (conversion.Stored != conversion.Written.Architecture)
        {
            output.WriteLine($"{conversion.Written.Architecture} is stored as a jumprelu with its thresholds, as SAELens stores it.");
        }

        if (conversion.Written.ActivationScale != 1)
        {
            output.WriteLine("Its input is multiplied by one factor that is not folded in (normalize_activations = expected_average_only_in, norm_scaling_factor). steer applies the factor; SAELens leaves it to its caller. '--fold scale' makes a folder that needs no factor.");
        }

        if (conversion.Written.HookName is null)
        {
            output.WriteLine("Its files do not say which site it reads; '--site' writes that down.");
        }

        if (conversion.CatalogueLeft)
        {
            output.WriteLine("Its feature catalogue stays behind, because it belongs to the weights as they were.");
        }
    }

    private static void WriteJson(TextWriter output, string from, string to, SaeConversion conversion, SaeFolds folds) => Json.Write(output, writer =>
    {
        writer.WriteString("source", from);
        writer.WriteString("format", SaeFolder.NameOf(conversion.Format));
        writer.WriteString("output", to);
        writer.WriteString("architecture", conversion.Stored.ToString());
        writer.WriteStartArray("folds");
        foreach (var (word, _) in Words.Where(word => folds.HasFlag(word.Value)))
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
        writer.WriteNumber("inputScale", conversion.Written.ActivationScale);
        writer.WriteString("site", conversion.Written.HookName is { } hook ? HookPoint.ToSite(hook) : null);
        writer.WriteString("model", conversion.Written.ModelName);
        writer.WriteBoolean("statistics", conversion.HasStatistics);
        writer.WriteBoolean("catalogueLeft", conversion.CatalogueLeft);
    });

    private static SaeFolds Parse(ArgumentResult result)
    {
        var folds = SaeFolds.None;
        foreach (var word in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!Words.TryGetValue(word, out var known))
            {
                result.AddError($"--fold is '{word}'; it must be one or more of {string.Join(", ", Words.Keys)}, separated by commas.");
                return SaeFolds.None;
            }

            folds |= known;
        }

        return folds;
    }
}
