using System.Text;
using Steering.Analysis.Corpora;
using Steering.Analysis.Windows;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Windows;

[TestClass]
public sealed class TextWindowsTests : IDisposable
{
    private const int Documents = 60;
    private const int Length = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly CountingTokenizer _tokenizer = new(TextTokenizer.Load(TestModels.Sandbox()));

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Read_PartsAndPasses_TokenisesEachDocumentOnce()
    {
        using var windows = Open(TextWindows.MostKept);
        var expected = Expected();
        Assert.AreSequenceEqual(expected[..3], Ids(windows.Read(CancellationToken.None).Take(3)));
        Assert.IsLessThan(Documents, _tokenizer.Encoded.Count, "no more is read than is asked for");
        for (var pass = 0; pass < 3; pass++)
        {
            Assert.AreSequenceEqual(expected, Ids(windows.Read(CancellationToken.None)));
        }

        Assert.HasCount(Documents, _tokenizer.Encoded);
        Assert.AreEqual((1, 1), _tokenizer.TimesEach);
        Assert.AreEqual(expected.Length * Length, windows.ExpectedTokens());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(5 * Length)]
    public void Read_OfMoreThanIsKept_TokenisesEachDocumentOnceAPass(int keep)
    {
        using var windows = Open(keep);
        var expected = Expected();
        for (var pass = 1; pass <= 3; pass++)
        {
            Assert.AreSequenceEqual(expected, Ids(windows.Read(CancellationToken.None)));
            Assert.AreEqual((pass, pass), _tokenizer.TimesEach);
        }
    }

    /// <summary>Who decides by the beginning costs nothing where the rest is not kept either.</summary>
    [TestMethod]
    public void Read_AfterAPartThatIsKept_GoesOnInTheSamePass()
    {
        using var windows = Open(5 * Length);
        _ = windows.Read(CancellationToken.None).Take(4).Count();
        Assert.AreSequenceEqual(Expected(), Ids(windows.Read(CancellationToken.None)));
        Assert.AreEqual((1, 1), _tokenizer.TimesEach);
    }

    [TestMethod]
    public void Read_UpToAMaximum_EndsWithTheWindowThatReachesIt()
    {
        using var windows = Open(TextWindows.MostKept, (3 * Length) + 1);
        Assert.AreSequenceEqual(Expected()[..4], Ids(windows.Read(CancellationToken.None)));
        Assert.AreSequenceEqual(Expected()[..4], Ids(windows.Read(CancellationToken.None)));
    }

    [TestMethod]
    public void Read_StoppedByItsReader_GoesOnForTheNext()
    {
        using var windows = Open(TextWindows.MostKept);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (var window in windows.Read(stop.Token))
            {
                if (window.Number == 2)
                {
                    stop.Cancel();
                }
            }
        });
        Assert.AreSequenceEqual(Expected(), Ids(windows.Read(CancellationToken.None)));
        Assert.AreEqual((1, 1), _tokenizer.TimesEach);
    }

    /// <summary>A text that breaks is not taken for one that ends.</summary>
    [TestMethod]
    public void Read_OfATextThatBreaks_FailsEveryTime()
    {
        var path = _folder.Write("text.jsonl", Encoding.UTF8.GetBytes($"{{\"text\": \"{string.Concat(Enumerable.Repeat("a long day ", 40))}\"}}\nbroken\n"));
        using var windows = new TextWindows(TextCorpus.Open(path), new TokenWindows(_tokenizer, new TokenWindowOptions { Length = Length }, bos: null, conversations: null), 0, TextWindows.MostKept);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Refusal.Of(() => _ = windows.Read(CancellationToken.None).Count(), "text.jsonl", "2");
        }
    }

    [TestMethod]
    public void Read_WhileAnotherReads_IsRefused()
    {
        using var windows = Open(TextWindows.MostKept);
        using (var first = windows.Read(CancellationToken.None).GetEnumerator())
        {
            Assert.IsTrue(first.MoveNext());
            Assert.ThrowsExactly<InvalidOperationException>(() => windows.Read(CancellationToken.None).First());
            Assert.IsTrue(first.MoveNext());
        }

        _ = windows.Read(CancellationToken.None).First();
    }

    private static string[] Ids(IEnumerable<TokenWindow> windows) => [.. windows.Select(window => $"{window.Number}: {string.Join(' ', window.Ids)}")];

    private static string Text() => string.Join("\n\n", Enumerable.Range(0, Documents).Select(number => $"The {number} little cats saw a big dog."));

    private string[] Expected()
    {
        using var windows = TokenWindows.Load(TestModels.Sandbox(), new TokenWindowOptions { Length = Length });
        return Ids(windows.Read(Corpus().Read()));
    }

    private TextCorpus Corpus() => TextCorpus.Open(_folder.Write("text.txt", Encoding.UTF8.GetBytes(Text())), new TextCorpusOptions { Unit = TextUnit.Paragraph });

    private TextWindows Open(long keep, long maximum = 0) => new(Corpus(), new TokenWindows(_tokenizer, new TokenWindowOptions { Length = Length }, bos: null, conversations: null), maximum, keep);
}
