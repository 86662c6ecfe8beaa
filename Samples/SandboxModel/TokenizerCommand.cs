using System.CommandLine;
using System.Globalization;
using Steering;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;
using Steering.Training.Tokenizers;

namespace SandboxModel;

/// <summary><c>tokenizer</c>: trains the byte-level BPE on training documents and tries it on held-out ones.</summary>
internal static class TokenizerCommand
{
    private const int Tried = 1000;

    public static Command Create()
    {
        var documents = new Option<int>("--documents", "-n") { Description = "How many training documents to count in.", DefaultValueFactory = _ => 20_000 };
        documents.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--documents must be at least 1.");
            }
        });
        var entries = new Option<int>("--entries") { Description = "Entries of the vocabulary.", DefaultValueFactory = _ => 2000 };
        var seed = new Option<ulong>("--seed") { Description = "Which sequence of documents." };
        var output = new Option<DirectoryInfo>("--out", "-o") { Description = "The folder to write; made where it is missing.", Required = true };
        var command = new Command("tokenizer", "Train the tokenizer on the sandbox's text.") { documents, entries, seed, output };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(
            parsed.GetValue(documents), parsed.GetValue(entries), parsed.GetValue(seed), parsed.GetRequiredValue(output), parsed.InvocationConfiguration, cancellation)));
        return command;
    }

    private static int Run(int documents, int entries, ulong seed, DirectoryInfo output, InvocationConfiguration console, CancellationToken cancellation)
    {
        var corpus = new SandboxCorpus(seed);
        try
        {
            var trained = BytePairTrainer.Train(
                corpus.Documents(CorpusSplit.Train).Take(documents).Select(document => document.Text),
                new BytePairOptions { VocabularySize = entries },
                cancellation: cancellation);
            output.Create();
            trained.Save(output.FullName);
            Try(TextTokenizer.Load(output.FullName), corpus, console.Output);
            return 0;
        }
        catch (SteeringException refused)
        {
            console.Error.WriteLine(refused.Message);
            return 1;
        }
    }

    /// <summary>Held-out documents through the tokenizer as written: their size, and that nothing is lost.</summary>
    private static void Try(TextTokenizer tokenizer, SandboxCorpus corpus, TextWriter output)
    {
        var (tokens, characters, nats, lost) = (0L, 0L, 0.0, 0);
        foreach (var document in corpus.Documents(CorpusSplit.HeldOut).Take(Tried))
        {
            var ids = tokenizer.Encode(document.Text);
            tokens += ids.Length;
            characters += document.Text.Length;
            nats += document.Nats;
            lost += tokenizer.Decode(ids) == document.Text ? 0 : 1;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"entries      {tokenizer.Count:N0}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tokens       {tokens / (double)Tried:F1} a held-out document, {characters / (double)tokens:F2} characters each"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"entropy      {nats / tokens:F3} nats a token"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round trips  {Tried - lost} of {Tried}"));
    }
}
