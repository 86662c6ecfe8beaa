using System.Text;
using Google.Protobuf;
using Steering.Analysis.Corpora;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Cli.Terminal;
using Steering.Cli.Training;
using Steering.Export.Cuts;
using Steering.Export.Onnx;
using Steering.Export.Saes;
using Steering.Tokenizers;
using Steering.Training.Autoencoders;
using Steering.Training.Torch;
using Steering.Training.Trainer;

namespace Steering.Tests.Cli.Training;

/// <summary>From text to weight, each thing once: the text tokenised, the graph parsed, the autoencoder written.</summary>
[TestClass]
public sealed class TrainingInputTests : IDisposable
{
    private const string Site = "resid_post.1";
    private const int Documents = 80;
    private const int Length = 32;
    private const int Batch = 128;

    private static readonly Progress<StageProgress> NoProgress = new();

    private readonly TemporaryFolder _folder = new();
    private readonly CountingTokenizer _tokenizer = new(TextTokenizer.Load(SandboxModel.Folder()));

    public void Dispose() => _folder.Dispose();

    /// <summary>A whole training of several passes over a short text, with its measurement.</summary>
    [TestMethod]
    public void Training_OfATextThatFitsIntoMemory_DoesEachThingOnce()
    {
        var cut = SiteCut.Load(CopyOfTheModel());
        LeaveNoGraph(cut);
        var options = Options(cut);
        var text = Open(options, TextWindows.MostKept);
        var windows = EvaluationWindow.Read(text.Windows.Read(CancellationToken.None), 4);
        using var input = TrainingInput.Open(text, options, wanted: 100 * Batch, NoProgress, CancellationToken.None);
        var memory = (MemoryActivationSource)input.Source;
        Assert.IsLessThan(20 * Batch, memory.Count);

        TorchRuntime.EnsureLoaded();
        var member = new TrainingMember("sae", new TrainingOptions { Autoencoder = new TopKSettings { K = 4 }, LatentCount = 64, Tokens = 40 * Batch, BatchSize = Batch });
        using var run = TrainingRun.Open([member], input.Source, _folder["run"], resume: false);
        run.Complete();
        var writes = 0;
        var output = new TrainingOutput
        {
            Cut = cut,
            Site = Site,
            Windows = windows,
            WriteFolder = (folder, parameters, summary) =>
            {
                writes++;
                SaeLensFolderWriter.Write(folder, parameters, summary);
            },
        };
        Assert.IsNotNull(output.Write(run, _folder["sae"])[0].Evaluation);

        Assert.HasCount(Documents, _tokenizer.Encoded);
        Assert.AreEqual((1, 1), _tokenizer.TimesEach);
        Assert.AreEqual(1, writes);
        Assert.Throws<Exception>(() => SiteCut.Load(cut.Folder), "a second reading of the graph would have failed");
    }

    /// <summary>Rows in memory are shuffled once, by the source that holds them: their own order is the text's.</summary>
    [TestMethod]
    public void Open_InMemory_ShufflesTheRowsOfTheTextOnce()
    {
        var options = Options(SiteCut.Load(SandboxModel.Folder()));
        using var input = TrainingInput.Open(Open(options, TextWindows.MostKept), options, wanted: 100 * Batch, NoProgress, CancellationToken.None);
        using var reader = new ActivationReader(Open(options, keep: 0), queueRows: 0, passes: 1);
        using var expected = MemoryActivationSource.Collect(reader, 1, options.Seed);
        Assert.AreEqual(expected.Count, ((MemoryActivationSource)input.Source).Count);
        Assert.AreSequenceEqual(Rows(expected, 2 * expected.Count), Rows(input.Source, 2 * expected.Count));
        Assert.StartsWith($"{reader.Counts.Tokens:N0} tokens read", input.Counts);
    }

    /// <summary>One pass, whose length is counted first, and several through the mixing buffer.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Open_Mixed_TokenisesEachDocumentOnce(bool onePass)
    {
        var options = Options(SiteCut.Load(SandboxModel.Folder()));
        using var input = TrainingInput.Open(Open(options, TextWindows.MostKept), options, onePass ? null : 500, NoProgress, CancellationToken.None);
        Assert.IsInstanceOfType<ShuffleBuffer>(input.Source);
        _ = Rows(input.Source, (int)(onePass ? input.OnePass : 5_000));
        Assert.HasCount(Documents, _tokenizer.Encoded);
        Assert.AreEqual((1, 1), _tokenizer.TimesEach);
    }

    [TestMethod]
    public void Open_OfMoreThanIsKept_TokenisesEachDocumentOnceAPass()
    {
        var options = Options(SiteCut.Load(SandboxModel.Folder())) with { Passes = 3 };
        using var input = TrainingInput.Open(Open(options, 20 * Length), options, wanted: 500, NoProgress, CancellationToken.None);
        var rows = new float[100 * input.Source.HiddenSize];
        while (input.Source.Read(rows, CancellationToken.None) > 0)
        {
            // To the end of the third pass.
        }

        var (least, most) = _tokenizer.TimesEach;
        Assert.AreEqual(3, least);
        Assert.IsLessThanOrEqualTo(4, most, "the thread that runs ahead may have begun another");
    }

    private static float[] Rows(IActivationSource source, int count)
    {
        var rows = new float[count * source.HiddenSize];
        for (var filled = 0; filled < rows.Length;)
        {
            var read = source.Read(rows.AsSpan(filled), CancellationToken.None);
            Assert.IsGreaterThan(0, read);
            filled += read * source.HiddenSize;
        }

        return rows;
    }

    /// <summary>Inputs and outputs stay for those who compare them with the configuration; there is nothing left to cut.</summary>
    private static void LeaveNoGraph(SiteCut cut)
    {
        var path = Path.Combine(cut.Folder, cut.GraphFile);
        var model = OnnxModelFile.Load(path);
        model.Graph.Node.Clear();
        File.WriteAllBytes(path, model.ToByteArray());
    }

    private string CopyOfTheModel()
    {
        var folder = Directory.CreateDirectory(_folder["model"]).FullName;
        foreach (var file in Directory.EnumerateFiles(SandboxModel.Folder()))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private ActivationSourceOptions Options(SiteCut cut) => new()
    {
        Cut = cut,
        Site = Site,
        TextPath = _folder.Write("text.txt", Encoding.UTF8.GetBytes(string.Join("\n\n", Enumerable.Range(0, Documents).Select(number => $"Once upon a time {number} little cats saw a big dog in the park, and {Documents - number} birds sang.")))),
        Corpus = new TextCorpusOptions { Unit = TextUnit.Paragraph },
        Windows = new TokenWindowOptions { Length = Length },
        Seed = 5,
        BufferRows = 300,
    };

    private TextHarvest Open(ActivationSourceOptions options, long keep) => TextHarvest.Open(
        options,
        options.Cut!,
        new TextWindows(TextCorpus.Open(options.TextPath!, options.Corpus), new TokenWindows(_tokenizer, options.Windows, bos: null, conversations: null), 0, keep),
        CancellationToken.None);
}
