using System.Text.Json;
using Steering.Sandbox.Corpora;

namespace Steering.Tests.Sandbox.Corpora;

[TestClass]
public sealed class CorpusFileTests
{
    [TestMethod]
    public void WriteLabelled_WritesTextAndLabelsOnOneLineEach()
    {
        using var folder = new TemporaryFolder();
        var documents = WrittenDocuments.All.Take(300).ToArray();
        CorpusFile.WriteLabelled(folder["text.jsonl"], documents);
        var lines = File.ReadAllLines(folder["text.jsonl"]);
        Assert.HasCount(documents.Length, lines);
        foreach (var (document, line) in documents.Zip(lines))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            Assert.AreEqual(document.Text, root.GetProperty("text").GetString());
            Assert.AreEqual(document.Seed, root.GetProperty("seed").GetUInt64());
            Assert.AreEqual(document.Nats, root.GetProperty("nats").GetDouble());
            Assert.AreEqual(document.Facts.Count, root.GetProperty("facts").GetArrayLength());
            foreach (var (turn, label) in document.Turns.Zip(root.GetProperty("turns").EnumerateArray()))
            {
                Assert.AreEqual(turn.Text, label.GetProperty("text").GetString());
                Assert.AreEqual(turn.Register.ToString(), label.GetProperty("register").GetString());
                Assert.AreEqual(turn.Topic?.ToString(), label.GetProperty("topic").GetString());
                Assert.AreEqual(turn.Steps.Count, label.GetProperty("steps").GetArrayLength());
            }
        }
    }

    [TestMethod]
    public void WriteText_WritesTheDocumentsAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        var documents = WrittenDocuments.All.Take(50).ToArray();
        CorpusFile.WriteText(folder["text.txt"], documents);
        Assert.AreEqual(string.Concat(documents.Select(document => document.Text + "<|endoftext|>\n")), File.ReadAllText(folder["text.txt"]));
    }

    [TestMethod]
    public void Write_WhenCancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => CorpusFile.WriteText(folder["text.txt"], WrittenDocuments.All.Take(5), cancellation: source.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }
}
