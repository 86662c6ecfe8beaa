using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using Steering.Analysis.Behaviours;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Cli.Training;
using Steering.Export.Cuts;
using Steering.IO;
using Steering.Policies;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Llama;
using Steering.Vectors;

namespace Steering.Cli.Commands.Reasoning;

/// <summary><c>steer reason confidence</c>: the shift that makes a model surer of its next token.</summary>
internal static class ReasonConfidenceCommand
{
    private const int Columns = 3;

    public static Command Create(CliConsole console)
    {
        var standard = new ConfidenceOptions();
        var command = new Command("confidence", "Learn a confidence shift over an SAE's columns: the least entropy of the next token.");
        var model = new ModelArguments(console).AddTo(command);
        var sae = new Argument<string>("SAE") { Description = "SAE, made on that model, after one of its blocks." };
        var output = new Argument<string>("OUT") { Description = "Folder to write." };
        command.Arguments.Add(sae);
        command.Arguments.Add(output);
        var checkpoint = new Option<string>("--checkpoint") { Description = "What the model was imported from: a Hugging Face folder or a .gguf file of a Llama. Gradients need its weights.", HelpName = "PATH", Required = true };
        var text = new Option<string>("--text") { Description = "Texts (.txt, .jsonl, .csv, .tsv, .parquet).", HelpName = "FILE", Required = true };
        var field = Values.Path("--field", "Field or column of the text; text unless given.", "NAME");
        var sequences = Values.Whole("--sequences", "Texts read, the first ones.", 1, 64);
        var length = Values.Whole("--window", "Tokens of each; the rest is cut off.", 2, 128);
        var iterations = Values.Whole("--iterations", "Steps of Adam.", 1, standard.Iterations);
        var batch = Values.Whole("--batch", "Positions of a step.", 1, standard.BatchPositions);
        var rate = Values.OptionalReal("--learning-rate", "Of the first step (0.01).", 1e-6f, 10);
        var penalty = Values.OptionalReal("--penalty", "Nats for each unit of the coefficients' magnitudes; larger is sparser (0.001).", 0, 100);
        var columns = Values.Whole("--columns", "Columns that are kept.", 1, standard.Columns);
        var samples = Values.Whole("--samples", "Texts for which the coefficients of the top three columns are learned, each by itself.", 0, 0);
        var seed = Values.Whole("--seed", "Of the order of the texts.", 0, 0);
        var json = CommandExtensions.Json();
        foreach (var option in (Option[])[checkpoint, text, field, sequences, length, iterations, batch, rate, penalty, columns, samples, seed, json])
        {
            command.Options.Add(option);
        }

        var site = new SaeSite(parsed => parsed.GetRequiredValue(sae)).AddTo(command);
        return command
            .WithExamples("steer reason confidence smollm2 sae-l15 confident --checkpoint SmolLM2-135M-Instruct.gguf --text traces.jsonl --iterations 200 --samples 5")
            .MakesFolder(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var autoencoder = SaeSource.LoadBare(model.Sae(parsed, parsed.GetRequiredValue(sae)));
                var cut = SiteCut.Load(model.Folder(parsed));
                var where = site.Require(parsed, autoencoder, cut);
                var blocks = LlamaWeights.BlocksBefore(cut, where);
                var tokenizer = TextTokenizer.Load(model.Folder(parsed));
                using var folder = AtomicFolder.Create(parsed.GetRequiredValue(output));
                IReadOnlyList<int>[] ids =
                [
                    .. TextLines.Open(parsed.GetRequiredValue(text), parsed.GetValue(field)).Read(cancellationToken)
                        .Where(document => !string.IsNullOrWhiteSpace(document.Text))
                        .Select(document => tokenizer.Encode(document.Text, addSpecialTokens: true))
                        .Where(tokens => tokens.Length > 1)
                        .Select(tokens => (IReadOnlyList<int>)tokens[..Math.Min(tokens.Length, parsed.GetValue(length))])
                        .Take(parsed.GetValue(sequences)),
                ];
                using var weights = LlamaWeights.Load(parsed.GetRequiredValue(checkpoint), cut, console.Error.WriteLine);
                var llama = weights.Llama;
                CheckFit(llama, ids, parsed.GetRequiredValue(checkpoint));
                var options = new ConfidenceOptions
                {
                    Iterations = parsed.GetValue(iterations),
                    BatchPositions = parsed.GetValue(batch),
                    LearningRate = parsed.GetValue(rate) ?? standard.LearningRate,
                    Penalty = parsed.GetValue(penalty) ?? standard.Penalty,
                    Columns = parsed.GetValue(columns),
                    Seed = parsed.GetValue(seed),
                };
                var shift = await ProgressDisplay.RunAsync(console, "learning", progress =>
                    new ConfidenceTrainer(llama, blocks, autoencoder).Learn(ids, options, Entropies(progress, options.Iterations), cancellationToken));
                var names = Write(folder.WorkingPath, shift, autoencoder.DecoderDirection, where, cut, cancellationToken);
                var own = Enumerable.Range(0, Math.Min(parsed.GetValue(samples), ids.Length)).Select(sample =>
                    SampleCoefficients.Learn(llama, blocks, [.. shift.Latents.Take(Columns).Select(autoencoder.DecoderDirection)], ids[sample], cancellation: cancellationToken)).ToArray();
                var summary = JsonSerializer.Serialize(
                    new
                    {
                        site = where,
                        sequences = ids.Length,
                        entropyBefore = shift.EntropyBefore,
                        entropyAfter = shift.EntropyAfter,
                        latents = shift.Latents,
                        coefficients = shift.Coefficients,
                        norm = TensorPrimitives.Norm(shift.Direction.ToArray()),
                        policies = names,
                        samples = own.Select(sample => new { sample.Coefficients, sample.Before, sample.After }),
                    },
                    ReasonJson.Options);
                AtomicFile.WriteAllText(Path.Combine(folder.WorkingPath, "report.json"), summary + "\n");
                folder.Commit();
                if (parsed.GetValue(json))
                {
                    console.Output.WriteLine(summary);
                    return;
                }

                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Entropy of the next token over {ids.Length} texts: {shift.EntropyBefore:F4} nats, with the shift at {where} {shift.EntropyAfter:F4}."));
                console.Output.WriteLine($"Columns: {string.Join(", ", shift.Latents.Zip(shift.Coefficients).Take(10).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.First} × {pair.Second:F3}")))}.");
                foreach (var (sample, index) in own.Select((sample, index) => (sample, index)))
                {
                    console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"text {index + 1}: {string.Join(", ", sample.Coefficients.Select(value => value.ToString("F3", CultureInfo.InvariantCulture)))}; {sample.Before:F4} to {sample.After:F4} nats."));
                }

                console.Output.WriteLine($"{folder.Destination} holds {string.Join(" and ", names)}, and the vectors.");
            });
    }

    private static void CheckFit(LlamaModel llama, IReadOnlyList<IReadOnlyList<int>> ids, string checkpoint)
    {
        if (ids.Any(sequence => sequence.Any(id => id >= llama.Settings.VocabularySize) || sequence.Count > llama.Settings.ContextLength))
        {
            throw new SteeringException($"The texts do not fit {checkpoint}: {llama.Settings.VocabularySize} tokens, sequences of at most {llama.Settings.ContextLength}. Give a smaller --window, or the checkpoint that the model was imported from.");
        }
    }

    private static string[] Write(string folder, ConfidenceShift shift, Func<int, float[]> column, string site, SiteCut cut, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, "vectors"));
        var sha = cut.Fingerprint(cancellationToken);
        void Save(string name, float[] direction) => VectorFile.Save(
            Path.Combine(folder, "vectors", $"{name}.safetensors"),
            new SteeringVectorSet { Source = name, Vectors = [new SteeringVector(site, direction)], Method = "rise confidence", ModelName = cut.ModelName, ModelSha256 = sha });
        Save("confidence", [.. shift.Direction]);
        for (var index = 0; index < Math.Min(Columns, shift.Latents.Count); index++)
        {
            var direction = column(shift.Latents[index]);
            TensorPrimitives.Multiply(direction, shift.Coefficients[index], direction);
            Save(string.Create(CultureInfo.InvariantCulture, $"column-{index + 1}"), direction);
        }

        var target = Direction.FromFile("vectors/confidence.safetensors", site);
        (string Name, float Value)[] policies = [("more-confident.json", 1), ("less-confident.json", -1)];
        foreach (var (name, value) in policies)
        {
            var description = string.Create(CultureInfo.InvariantCulture, $"{(value > 0 ? "Adds" : "Subtracts")} the confidence shift at the ends of steps. It was learned at every position: entropy {shift.EntropyBefore:F3} to {shift.EntropyAfter:F3} nats.");
            (SteeringPolicy.Create(Path.GetFileNameWithoutExtension(name)) with { Description = description }).Add(target, value, gate: Gate.Step, name: "confidence").Save(Path.Combine(folder, name));
        }

        return [.. policies.Select(policy => policy.Name)];
    }

    private static IProgress<double> Entropies(IProgress<StageProgress> progress, int all)
    {
        var done = 0;
        return progress.As<double>(value => new StageProgress(string.Create(CultureInfo.InvariantCulture, $"entropy {value:F3}"), (double)++done / all));
    }
}
