using System.CommandLine;
using System.Globalization;
using Steering;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;
using Steering.Training.Llama;
using Steering.Training.Tokenizers;
using Steering.Training.Torch;

namespace SandboxModel;

/// <summary><c>train</c>: from a seed to a Hugging Face folder: text, tokenizer, model.</summary>
internal static class TrainCommand
{
    private const int StepsBetweenCheckpoints = 250;
    private const int StepsBetweenLines = 50;
    private const string CheckpointName = "checkpoint.safetensors";

    public static Command Create()
    {
        var output = new Option<DirectoryInfo>("--out", "-o") { Description = "The folder to write. The run lives in OUT.training until it is done.", Required = true };
        var quick = new Option<bool>("--quick") { Description = "A few minutes: the same pipeline on a twentieth of the text." };
        var tokens = new Option<long?>("--tokens") { Description = $"Tokens to train on; default {SandboxRecipe.Full.Tokens:N0}, with --quick {SandboxRecipe.Quick.Tokens:N0}." };
        var seed = new Option<long>("--seed") { Description = "Seed of text and weights, 0 or more." };
        var threads = new Option<int>("--threads") { Description = "Threads; 0: one for each processor. Another number gives other last bits." };
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run, to the same bits." };
        seed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 0)
            {
                result.AddError("--seed must be 0 or more.");
            }
        });
        var command = new Command("train", "Train the sandbox model from a seed.") { output, quick, tokens, seed, threads, resume };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(
            parsed.GetRequiredValue(output).FullName,
            (parsed.GetValue(quick) ? SandboxRecipe.Quick : SandboxRecipe.Full) is var recipe && parsed.GetValue(tokens) is { } given ? recipe with { Tokens = given } : recipe,
            parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(resume), parsed.InvocationConfiguration, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string output, SandboxRecipe recipe, long seed, int threads, bool resume, InvocationConfiguration console, CancellationToken cancellation)
    {
        try
        {
            Train(output, recipe, seed, threads, resume, console.Output, cancellation);
            return 0;
        }
        catch (SteeringException refused)
        {
            console.Error.WriteLine(refused.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            console.Error.WriteLine("Interrupted; --resume continues.");
            return 130;
        }
    }

    private static void Train(string output, SandboxRecipe recipe, long seed, int threads, bool resume, TextWriter report, CancellationToken cancellation)
    {
        var work = output + ".training";
        if (Directory.Exists(output) || (Directory.Exists(work) && !resume))
        {
            throw new SteeringException($"{(Directory.Exists(output) ? output : work)} exists already. Choose another folder, remove it, or continue an interrupted run with --resume.");
        }

        TorchRuntime.EnsureLoaded(new TorchOptions { Threads = threads }, report.WriteLine);
        Directory.CreateDirectory(work);
        var corpus = new SandboxCorpus((ulong)seed);
        var tokenizer = Tokenizer(work, corpus, recipe, cancellation);
        var options = recipe.Options(seed, tokenizer.Count);
        var checkpoint = Path.Combine(work, CheckpointName);
        using var trainer = File.Exists(checkpoint) ? LanguageModelCheckpoint.Resume(checkpoint, options) : LanguageModelTrainer.Start(options);
        Line(report, $"{trainer.Model.ParameterCount:N0} parameters, {options.Steps:N0} steps of {options.BatchTokens:N0} tokens; from step {trainer.StepsDone:N0}");
        Steps(trainer, SandboxText.Windows(corpus, CorpusSplit.Train, tokenizer, options.WindowLength + 1), checkpoint, report, cancellation);
        LlamaFolder.Write(trainer.Model, work, halfPrecision: true, tokenizer.Find(ChatMarkers.Start), SandboxText.Id(tokenizer, ChatMarkers.End), SandboxText.Id(tokenizer, SandboxText.EndOfDocument));
        File.Delete(checkpoint);
        Directory.Move(work, output);
        Line(report, $"{output} is done.");
    }

    /// <summary>Trains the tokenizer, or takes the one that an interrupted run left.</summary>
    private static TextTokenizer Tokenizer(string work, SandboxCorpus corpus, SandboxRecipe recipe, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(work, "tokenizer.json")))
        {
            BytePairTrainer.Train(
                corpus.Documents(CorpusSplit.Train).Take(recipe.TokenizerDocuments).Select(document => document.Text),
                new BytePairOptions { VocabularySize = recipe.VocabularySize, MaximumLength = recipe.ContextLength },
                cancellation: cancellation).Save(work);
        }

        return TextTokenizer.Load(work);
    }

    private static void Steps(LanguageModelTrainer trainer, IEnumerable<int[]> windows, string checkpoint, TextWriter report, CancellationToken cancellation)
    {
        var batches = windows.Skip(checked((int)(trainer.StepsDone * trainer.Options.BatchWindows))).Chunk(trainer.Options.BatchWindows);
        var (loss, seconds, counted) = (0.0, 0.0, 0);
        foreach (var batch in batches)
        {
            if (trainer.IsFinished)
            {
                return;
            }

            var step = trainer.Step(batch);
            (loss, seconds, counted) = (loss + step.Loss, seconds + step.Seconds, counted + 1);
            if (step.Step % StepsBetweenLines == 0 || trainer.IsFinished)
            {
                var left = TimeSpan.FromSeconds(seconds / counted * (trainer.Options.Steps - step.Step));
                Line(report, $"step {step.Step,6:N0}  loss {loss / counted:F4}  gradient {step.GradientNorm:F2}  rate {step.LearningRate:G3}  {trainer.Options.BatchTokens * counted / seconds:N0} tokens/s  {left:h\\:mm\\:ss} left");
                (loss, seconds, counted) = (0, 0, 0);
            }

            if (step.Step % StepsBetweenCheckpoints == 0 || cancellation.IsCancellationRequested)
            {
                LanguageModelCheckpoint.Save(checkpoint, trainer);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static void Line(TextWriter report, FormattableString text) => report.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
