using System.CommandLine;
using System.Globalization;
using Steering;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;

namespace SandboxModel;

/// <summary><c>text</c>: writes documents and prints what they are like.</summary>
internal static class TextCommand
{
    public static Command Create()
    {
        var documents = new Option<int>("--documents", "-n") { Description = "How many documents.", DefaultValueFactory = _ => 10_000 };
        documents.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--documents must be at least 1.");
            }
        });
        var seed = new Option<ulong>("--seed") { Description = "Which sequence of documents." };
        var split = new Option<CorpusSplit>("--split") { Description = "train or heldOut." };
        var output = new Option<FileInfo?>("--out", "-o") { Description = "A file to write: .jsonl with labels, .txt without. None: only the figures." };
        var show = new Option<int>("--show") { Description = "How many documents to print." };
        var command = new Command("text", "Write documents of the sandbox's world and print what they are like.") { documents, seed, split, output, show };
        command.SetAction((parsed, _) => Task.FromResult(Run(
            parsed.GetValue(documents), parsed.GetValue(seed), parsed.GetValue(split), parsed.GetValue(output), parsed.GetValue(show), parsed.InvocationConfiguration)));
        return command;
    }

    private static int Run(int count, ulong seed, CorpusSplit split, FileInfo? output, int show, InvocationConfiguration console)
    {
        var figures = new CorpusFigures();
        var documents = Counted(new SandboxCorpus(seed).Documents(split).Take(count), figures);
        try
        {
            switch (output?.Extension.ToUpperInvariant())
            {
                case null:
                    foreach (var _ in documents)
                    {
                    }

                    break;
                case ".JSONL":
                    CorpusFile.WriteLabelled(output.FullName, documents);
                    break;
                case ".TXT":
                    CorpusFile.WriteText(output.FullName, documents);
                    break;
                default:
                    throw new SteeringException($"{output.Name} ends in neither .jsonl (text and labels) nor .txt (text). Choose one of them.");
            }
        }
        catch (SteeringException refused)
        {
            console.Error.WriteLine(refused.Message);
            return 1;
        }

        foreach (var document in new SandboxCorpus(seed).Documents(split).Take(show))
        {
            console.Output.WriteLine(document.Text);
        }

        Print(figures, console.Output);
        return 0;
    }

    private static IEnumerable<SandboxDocument> Counted(IEnumerable<SandboxDocument> documents, CorpusFigures figures)
    {
        foreach (var document in documents)
        {
            figures.Add(document);
            yield return document;
        }
    }

    private static void Print(CorpusFigures figures, TextWriter output)
    {
        Line("documents", $"{figures.Documents:N0}");
        Line("characters", $"{figures.Characters:N0}");
        Line("words", $"{figures.Words:N0} different");
        Line("entropy", $"{figures.NatsPerDocument:F1} nats a document, {figures.NatsPerCharacter:F3} a character");
        Line("rude", $"{100.0 * figures.RudeReplies / figures.Replies:F1} % of {figures.Replies:N0} replies");
        Line("answers", $"{100.0 * figures.CorrectAnswers / Math.Max(1, figures.Answers):F1} % of {figures.Answers:N0} are correct");
        Line("reflections", $"in {figures.Reflections:N0} replies");

        void Line(string name, FormattableString value) =>
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {value.ToString(CultureInfo.InvariantCulture)}"));
    }
}
