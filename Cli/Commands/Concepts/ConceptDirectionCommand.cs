using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Steering.Analysis.Harvest;
using Steering.Analysis.Selection;
using Steering.Cli.CommandLine;
using Steering.Cli.Concepts;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Export.Cuts;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept direction</c>: a dense direction for a concept, the peer of chosen features.</summary>
internal static class ConceptDirectionCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("direction", "Find a dense direction for a concept in labelled texts, and measure it on texts held out.");
        var model = new ModelArguments(console).AddTo(command);
        var texts = new LabelledTextArguments(required: true).AddTo(command);
        var concept = new Option<string>("--concept") { Description = "The label whose direction is wanted, against all others.", HelpName = "NAME", Required = true };
        var site = Values.Path("--site", "Site, as in resid_post.15 or 15.", "S", required: true);
        var method = new WordOption<DenseMethod>("--method", "Difference of means, first principal component of the differences of pairs, or weights of a logistic regression.", DenseMethod.DiffMean);
        var penalty = Values.OptionalReal("--penalty", "L2 penalty of probe, on inputs of unit variance (1).", 1e-6f, 1e6f);
        var reduction = new WordOption<TokenReduction>("--reduction", "How the tokens of a text or span become one vector: their mean, or the last one.", TokenReduction.Mean);
        var output = Values.Path("--output", "Vector file to write.", "V.safetensors", required: true);
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[concept, site, method, penalty, reduction, output, json])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(penalty) is { Implicit: false } && !string.Equals((result.GetResult(method)?.Tokens is [var word, ..] ? word.Value : null), nameof(DenseMethod.Probe), StringComparison.OrdinalIgnoreCase))
            {
                result.AddError("--penalty is the probe's: give --method probe too.");
            }
        });
        return command
            .WithExamples(
                "steer concept direction smollm2 --text comments.csv --label toxic --concept toxic --site 15 --method probe --output toxic-probe.safetensors",
                "steer concept direction sandbox --text rude=rude.txt --text friendly=friendly.txt --concept rude --site 2 --output rude-diffmean.safetensors")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                var corpus = texts.Corpus(parsed);
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = cut.Name(SiteName.Full(parsed.GetRequiredValue(site)!));
                var found = await ProgressDisplay.RunAsync(console, "reading texts", _ =>
                {
                    using var harvester = new Harvester(SiteHead.Load(cut, where, model.Options(parsed)));
                    var vectors = new ResidualVectors(harvester, TextTokenizer.Load(model.Folder(parsed)), reduction.Value(parsed), texts.Options(parsed)).Read(corpus, parsed.GetRequiredValue(concept), progress: null, cancellationToken);
                    return DenseDirections.Find(vectors, method.Value(parsed), parsed.GetValue(penalty) ?? DenseDirections.UsualPenalty, cancellationToken);
                });
                VectorFile.Save(path, new SteeringVectorSet
                {
                    Source = path,
                    Vectors = [new SteeringVector(where, found.Direction)],
                    Method = method.Value(parsed).ToString().ToLowerInvariant(),
                    ModelName = cut.ModelName,
                    ModelSha256 = cut.Fingerprint(cancellationToken),
                });
                var norm = TensorPrimitives.Norm(found.Direction.Span);
                if (parsed.GetValue(json))
                {
                    Json.Write(console.Output, writer =>
                    {
                        writer.WriteString("output", path);
                        writer.WriteString("site", where);
                        writer.WriteString("method", method.Value(parsed).ToString().ToLowerInvariant());
                        writer.WriteRounded("norm", norm, 6);
                        writer.WriteNumber("trained", found.Trained);
                        writer.WriteNumber("heldOut", found.HeldOut);
                        writer.WriteRounded("auroc", found.Auroc, 6);
                        if (found.Explained is { } share)
                        {
                            writer.WriteRounded("explained", share, 6);
                        }
                    });
                    return;
                }

                console.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} holds the direction at {where} by {method.Value(parsed).ToString().ToLowerInvariant()}: norm {norm:G4}, from {found.Trained} vectors; ROC-AUC {found.Auroc:F3} on {found.HeldOut} held out.{(found.Explained is { } explained ? string.Create(CultureInfo.InvariantCulture, $" The component holds {100 * explained:F1} % of the pairs' differences.") : string.Empty)}"));
            });
    }
}
