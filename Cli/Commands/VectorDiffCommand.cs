using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Models;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Cli.Commands;

/// <summary><c>steer vector diff</c>: the difference of mean residuals of two sets of texts.</summary>
internal static class VectorDiffCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("diff", "Make a vector from the difference of two sets of texts (DiffMean).");
        var model = new ModelArguments(console).AddTo(command);
        var positive = Values.Path("--positive", "Texts to steer towards, one a line.", "A.txt", required: true);
        var negative = Values.Path("--negative", "Texts to steer away from, one a line.", "B.txt", required: true);
        var site = Values.Path("--site", "Site, as in resid_post.15 or 15.", "S", required: true);
        var output = Values.Path("--output", "Vector file to write.", "V.safetensors", required: true);
        var reduction = new WordOption<TokenReduction>("--reduction", "How the tokens of a text become one vector: their mean, or the last one.", TokenReduction.Mean);
        var whole = new Option<bool>("--whole-file") { Description = "Read each file as one text." };
        var all = new Option<bool>("--all-tokens") { Description = "Count position 0 and massive activations too, which are left out otherwise." };
        foreach (var option in (Option[])[positive, negative, site, output, reduction, whole, all])
        {
            command.Options.Add(option);
        }

        return command
            .WithExamples("steer vector diff smollm2 --positive calm.txt --negative angry.txt --site 15 --output calm.safetensors")
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                var sets = (
                    Positive: TextSamples.Read(parsed.GetRequiredValue(positive)!, parsed.GetValue(whole)),
                    Negative: TextSamples.Read(parsed.GetRequiredValue(negative)!, parsed.GetValue(whole)));
                var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                var ids = (Encode(tokenizer, sets.Positive), Encode(tokenizer, sets.Negative));
                using var pass = await Task.Run(() => model.LoadForwardPass(parsed), cancellationToken);
                var where = SiteName.Require(pass.Manifest, parsed.GetRequiredValue(site)!, model.Folder(parsed));
                var mean = new DiffMean(where.HiddenSize, reduction.Value(parsed), parsed.GetValue(all) ? TokenExclusion.None : null);
                await ProgressDisplay.RunAsync(console, "reading texts", progress => Accumulate(pass, where.Name, ids, mean, progress, cancellationToken));
                var result = mean.Compute();
                VectorFile.Save(path, new SteeringVectorSet
                {
                    Source = path,
                    Vectors = [result.ToVector(where.Name)],
                    Method = "diffmean",
                    ModelName = pass.Manifest!.ModelName,
                    ModelSha256 = ModelIdentity.Fingerprint(pass.Manifest),
                });
                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} holds the direction at {where.Name}: norm {result.Norm:G4}, from {result.PositiveTexts} positive and {result.NegativeTexts} negative texts ({result.TokenCount} tokens, {result.TokensLeftOut} left out); the means have norms {result.PositiveNorm:G4} and {result.NegativeNorm:G4}."));
            });
    }

    private static int[][] Encode(TextTokenizer tokenizer, IReadOnlyList<string> texts) => [.. texts.Select(text => tokenizer.Encode(text, addSpecialTokens: true))];

    private static bool Accumulate(ForwardPass pass, string site, (int[][] Positive, int[][] Negative) ids, DiffMean mean, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var total = ids.Positive.Length + ids.Negative.Length;
        for (var index = 0; index < total; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var positive = index < ids.Positive.Length;
            var text = positive ? ids.Positive[index] : ids.Negative[index - ids.Positive.Length];
            var residuals = pass.Run(text).Residuals[site];
            if (positive)
            {
                mean.AddPositive(residuals, text.Length);
            }
            else
            {
                mean.AddNegative(residuals, text.Length);
            }

            progress.Report(new StageProgress("reading texts", (index + 1.0) / total));
        }

        return true;
    }
}
