using System.CommandLine;
using System.CommandLine.Parsing;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Export.Saes;
using Steering.Saes;

namespace Steering.Cli.Commands;

/// <summary><c>steer sae convert</c>: an SAE in any layout becomes a SAELens folder.</summary>
internal static class SaeConvertCommand
{
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
            CustomParser = Parse,
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace OUT if it is a SAELens folder." };
        return new Command("convert", "Make a SAELens folder of an SAE in another layout.") { source, destination, fold, overwrite }
            .WithExamples(
                "steer sae convert gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71 gemma-l20",
                "steer sae convert Llama3_1-8B-Base-L15R-8x llama-l15 --fold scale")
            .Runs((parsed, _) =>
            {
                var from = parsed.GetRequiredValue(source);
                var to = parsed.GetRequiredValue(destination);
                var format = SaeFolder.NameOf(SaeFolder.Detect(from));
                var written = SaeConverter.Convert(from, to, parsed.GetValue(fold), parsed.GetValue(overwrite));
                console.Output.WriteLine($"{to} holds the SAE of {from} (layout: {format}) as a SAELens folder.");
                if (written.ActivationScale != 1)
                {
                    console.Output.WriteLine("Its input is multiplied by one factor that is not folded in (normalize_activations = expected_average_only_in, norm_scaling_factor). steer applies the factor; SAELens leaves it to its caller. '--fold scale' makes a folder that needs no factor.");
                }

                return Task.CompletedTask;
            });
    }

    private static SaeFolds Parse(ArgumentResult result)
    {
        var folds = SaeFolds.None;
        foreach (var word in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
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
