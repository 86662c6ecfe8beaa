using System.CommandLine;
using System.Globalization;
using SandboxModel.Policies;
using SandboxModel.Reporting;
using Steering;
using Steering.Analysis.Selection;
using Steering.Compilation;
using Steering.Export.Checkpoints;
using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Dials;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Llama;

namespace SandboxModel;

/// <summary><c>policies</c>: learns which features to turn and how far, tries the result at several strengths, and writes the ready policies.</summary>
internal static class PoliciesCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A checkpoint (Hugging Face folder): dials are learned by gradients through its weights." };
        var sae = new Argument<string>("SAE") { Description = "Folder of an autoencoder of it; the policies name it by the folder's name." };
        var output = new Argument<DirectoryInfo>("OUT") { Description = "Folder for the policies; made where it is missing." };
        var topic = new Option<Topic>("--topic") { Description = "The topic of the topic policy.", DefaultValueFactory = _ => Topic.Animals };
        var replies = ReportCommand.Whole("--replies", "Replies drawn for each strength that is tried.", 200);
        var dials = ReportCommand.Whole("--dials", "Features that a policy turns.", 16);
        var iterations = ReportCommand.Whole("--iterations", "Steps of learning.", 250);
        var rate = new Option<double>("--rate") { Description = "Learning rate.", DefaultValueFactory = _ => new DialOptions().LearningRate };
        var penalty = new Option<double>("--penalty") { Description = "Price of moving the residual stream by its own norm, in nats.", DefaultValueFactory = _ => new DialOptions().Penalty };
        var gains = new Option<bool>("--gains") { Description = "Only turn features where they are active; push none." };
        var documents = ReportCommand.Whole("--documents", "Documents that dials are learned on.", 30_000);
        var seed = new Option<uint>("--seed") { Description = "Which documents and which draws.", DefaultValueFactory = _ => 1 };
        var only = new Option<string?>("--only") { Description = "Make the policy of this dial alone." };
        var command = new Command("policies", "Find policies that turn the sandbox's dials.") { model, sae, output, topic, replies, dials, iterations, rate, penalty, gains, documents, seed, only };
        command.SetAction((parsed, cancellation) => ReportCommand.GuardedAsync(parsed.InvocationConfiguration, () => RunAsync(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(sae), parsed.GetRequiredValue(output), parsed.GetValue(topic), parsed.GetValue(replies), new DialOptions { Dials = parsed.GetValue(dials), Iterations = parsed.GetValue(iterations), LearningRate = parsed.GetValue(rate), Penalty = parsed.GetValue(penalty), Pushes = !parsed.GetValue(gains), Seed = parsed.GetValue(seed) }, parsed.GetValue(documents), parsed.GetValue(seed), parsed.GetValue(only), parsed.InvocationConfiguration, cancellation)));
        return command;
    }

    private static async Task RunAsync(
        string model, string folder, DirectoryInfo output, Topic topic, int replies, DialOptions options, int documents, uint seed, string? only, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var source = ModelSource.Open(model, cancellation);
        var sae = SaeFolder.Load(folder);
        var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var recipes = DialRecipe.All(topic).Where(recipe => only is null || recipe.Dial.Name == only).ToArray();
        if (recipes.Length == 0)
        {
            throw new SteeringException($"There is no dial '{only}'; there are {string.Join(", ", DialRecipe.All(topic).Select(recipe => recipe.Dial.Name))}.");
        }

        // Training documents: the demonstration measures on held-out ones.
        var corpus = new SandboxCorpus(seed);
        SandboxDocument[] chosenOn = [.. corpus.Documents(CorpusSplit.Train).Take(documents)];
        using var checkpoint = Checkpoint.Open(model);
        using var network = LlamaModel.Load(checkpoint);
        var tokenizer = TextTokenizer.Load(model);
        var blocks = BlocksOf(sae);
        output.Create();
        foreach (var recipe in recipes)
        {
            var gate = recipe.Dial == SandboxDial.Reflect ? StepEnd.Of(source.Folder, sae, chosenOn, cancellation) : null;
            var learned = new DialTrainer(network, blocks, sae).Learn(DialLessons.Of(recipe, chosenOn, tokenizer), gate is null ? options : options with { PushGate = gate, Gains = false, Pushes = true }, progress: null, cancellation);
            console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recipe.Dial.Name}: {learned.LossBefore:F4} → {learned.LossAfter:F4} nats; {(gate is null ? "" : $"where {gate.Latent} > {gate.Threshold:0.##}: ")}{string.Join(", ", learned.Dials.Select(dial => $"{dial.Latent} {(dial.IsPush ? "+" : "×")}{dial.Value:0.##}"))}"));
            var prompts = recipe.Dial.Choose(corpus.Documents(CorpusSplit.Train).Skip(documents), replies);
            using var trials = new PolicyTrials(source.Folder, new SteeringResources().AddSae(id, sae), prompts, seed);
            var unsteered = await trials.TryAsync(recipe.Dial, SteeringPolicy.Create("none"), cancellation);
            Line("unsteered", unsteered);
            var found = await trials.TuneAsync(recipe.Dial, unsteered, learned.AddTo(recipe.Start, id), new Trials(trial => Line("tried", trial)), cancellation);
            Line("chosen", found);
            found.Policy.Save(Path.Combine(output.FullName, recipe.Dial.Name + ".json"));
        }

        void Line(string what, PolicyTrial trial) => console.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-10}{100 * trial.Rate,6:F1} %  well-formed {100 * trial.WellFormed,5:F1} %  right answers {100 * trial.Correct,5:F1} %  perplexity {Math.Exp(trial.Nats),6:F4}"));
    }

    private static int BlocksOf(SparseAutoencoder sae) =>
        sae.Site is { } site && site.StartsWith("resid_post.", StringComparison.Ordinal) && int.TryParse(site["resid_post.".Length..], CultureInfo.InvariantCulture, out var block)
            ? block + 1
            : throw new SteeringException($"{sae.Source} belongs to {sae.Site ?? "an unnamed site"}; expected the residual stream after a block, resid_post.N.");

    private sealed class Trials(Action<PolicyTrial> report) : IProgress<PolicyTrial>
    {
        public void Report(PolicyTrial value) => report(value);
    }
}
