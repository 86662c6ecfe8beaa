using System.CommandLine;
using System.Globalization;
using SandboxModel.Policies;
using SandboxModel.Reporting;
using Steering;
using Steering.Compilation;
using Steering.Export.Checkpoints;
using Steering.Saes;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;
using Steering.Training.Llama;

namespace SandboxModel;

/// <summary><c>policies</c>: chooses features by label and strengths by trial, and writes the ready policies.</summary>
internal static class PoliciesCommand
{
    private const int Pairs = 96;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A checkpoint (Hugging Face folder): features are ranked by gradients through its weights." };
        var sae = new Argument<string>("SAE") { Description = "Folder of an autoencoder of it; the policies name it by the folder's name." };
        var output = new Argument<DirectoryInfo>("OUT") { Description = "Folder for the policies; made where it is missing." };
        var topic = new Option<Topic>("--topic") { Description = "The topic of the topic policy.", DefaultValueFactory = _ => Topic.Music };
        var replies = ReportCommand.Whole("--replies", "Replies drawn for each policy that is tried.", 64);
        var features = ReportCommand.Whole("--features", "Features that are tried for each kind of edit.", 6);
        var documents = ReportCommand.Whole("--documents", "Documents that features are chosen on.", 4000);
        var seed = new Option<uint>("--seed") { Description = "Which documents and which draws.", DefaultValueFactory = _ => 1 };
        var only = new Option<string?>("--only") { Description = "Make the policy of this dial alone." };
        var command = new Command("policies", "Find policies that turn the sandbox's dials.") { model, sae, output, topic, replies, features, documents, seed, only };
        command.SetAction((parsed, cancellation) => ReportCommand.GuardedAsync(parsed.InvocationConfiguration, () => RunAsync(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(sae), parsed.GetRequiredValue(output), parsed.GetValue(topic), parsed.GetValue(replies), parsed.GetValue(features), parsed.GetValue(documents), parsed.GetValue(seed), parsed.GetValue(only), parsed.InvocationConfiguration, cancellation)));
        return command;
    }

    private static async Task RunAsync(
        string model, string folder, DirectoryInfo output, Topic topic, int replies, int features, int documents, uint seed, string? only, InvocationConfiguration console, CancellationToken cancellation)
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
            var effects = FeatureEffects.Measure(network, blocks, sae, DialPairs.Of(recipe.Dial, chosenOn, tokenizer, Pairs), cancellation);
            console.Output.WriteLine($"{recipe.Dial.Name}: up {string.Join(", ", FeatureEffects.Largest(effects.Gain, 8))}; down {string.Join(", ", FeatureEffects.Smallest(effects.Gain, 8))}; pushed {string.Join(", ", FeatureEffects.Largest(effects.Push, 8))}");
            var prompts = recipe.Dial.Choose(corpus.Documents(CorpusSplit.Train).Skip(documents), replies);
            using var search = new PolicySearch(source.Folder, new SteeringResources().AddSae(id, sae), prompts, seed);
            var unsteered = await search.UnsteeredAsync(recipe.Dial, cancellation);
            Line("unsteered", unsteered);
            var found = await search.FindAsync(recipe, unsteered, DialRecipe.Levers(effects, id, features), new Trials(trial => Line("tried", trial)), cancellation);
            Line("chosen", found);
            found.Policy.Save(Path.Combine(output.FullName, recipe.Dial.Name + ".json"));
        }

        void Line(string what, PolicyTrial trial) => console.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-10}{100 * trial.Rate,6:F1} %  well-formed {100 * trial.WellFormed,5:F1} %  {trial.Nats:F3} nats a token  {string.Join("; ", trial.Policy.Interventions.Select(intervention => $"{intervention.DisplayName} {(intervention.Values.Count > 0 ? intervention.Values[0] : intervention.Gain ?? 0):0.##}{(intervention.Span is { } span ? $" on the {span.ToString().ToLowerInvariant()}" : "")}"))}"));
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
