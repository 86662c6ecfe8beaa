using System.Text;
using Parquet;
using Parquet.Schema;
using Steering.Analysis.Corpora;

namespace Steering.Tests.Analysis.Corpora;

[TestClass]
public sealed class TextCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Text_ByFile_IsOneDocumentToTheLetter()
    {
        var documents = Read("a.txt", "\uFEFFOne\r\n\n  two \n", new TextCorpusOptions());
        Assert.AreEqual("One\r\n\n  two \n", Assert.ContainsSingle(documents).Text);
    }

    [TestMethod]
    public void Text_ByParagraph_EndsAtEmptyLines()
    {
        var documents = Read("a.txt", "\n\nOne\r\ntwo\n \nthree\n\n\nfour", new TextCorpusOptions { Unit = TextUnit.Paragraph });
        Assert.AreSequenceEqual(["One\ntwo\n", "three\n", "four\n"], Texts(documents));
        Assert.AreSequenceEqual([0, 1, 2], documents.Select(document => document.Number));
        Assert.EndsWith("line 6", documents[1].Place);
    }

    [TestMethod]
    public void Text_ByLine_LeavesEmptyLinesOut() =>
        Assert.AreSequenceEqual(["One", " two", "three"], Texts(Read("a.txt", "One\r\n\n two\n\t\nthree", new TextCorpusOptions { Unit = TextUnit.Line })));

    [TestMethod]
    public void JsonLines_GiveTheNamedField()
    {
        Assert.AreSequenceEqual(["é\n", ""], Texts(Read("a.jsonl", "{\"text\": \"é\\n\", \"n\": 1}\n\n{\"text\": \"\"}\n", new TextCorpusOptions())));
        Assert.AreSequenceEqual(["x"], Texts(Read("a.jsonl", "{\"body\": \"x\"}", new TextCorpusOptions { Field = "body" })));
    }

    [TestMethod]
    public void JsonLines_OfChat_GiveMessages()
    {
        var document = Assert.ContainsSingle(Read("a.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"Ho\"}]}", new TextCorpusOptions { Chat = true }));
        Assert.AreSequenceEqual([new ConversationTurn("user", "Hi"), new ConversationTurn("assistant", "Ho")], document.Messages);
    }

    /// <summary>The cases of RFC 4180, section 2.</summary>
    [TestMethod]
    [DataRow("text\naaa\nbbb\n", "aaa|bbb")]
    [DataRow("id,text\n1,\"b,1\"\n2,\"b \"\"2\"\"\"\r\n3,\"b\r\n3\"\n4,\n", "b,1|b \"2\"|b\r\n3|")]
    [DataRow("id,text\r1,a\r\n2,\"b\rc\"\r", "a|b\rc")]
    [DataRow("id;text\n1;a,b\n", "a,b")]
    [DataRow("id\ttext\n1\ta\n", "a")]
    [DataRow("id|text\n1|a;b\n", "a;b")]
    [DataRow("text,id\n\"\",1\nx,\"2\"", "|x")]
    public void Csv_FollowsTheRules(string csv, string expected) =>
        Assert.AreSequenceEqual(expected.Split('|'), Texts(Read("a.csv", csv, new TextCorpusOptions())));

    [TestMethod]
    public void Tsv_TakesCommasAndBareQuotesAsTheyAre() =>
        Assert.AreSequenceEqual(["a, \"b\"", "c\td"], Texts(Read("a.tsv", "id\tbody\n1\ta, \"b\"\n2\t\"c\td\"\n", new TextCorpusOptions { Field = "body" })));

    [TestMethod]
    public async Task Parquet_GivesTheNamedColumnOfEveryRowGroup()
    {
        var path = _folder["a.parquet"];
        await WriteParquet(path, ["one", "two"], ["three"]);
        Assert.AreSequenceEqual(["one", "two", "three"], Texts([.. TextCorpus.Open(path).Read()]));
        Refusal.Of(() => _ = TextCorpus.Open(path, new TextCorpusOptions { Field = "body" }).Read().Count(), "no column 'body'", "text");
        Refusal.Of(() => _ = TextCorpus.Open(path, new TextCorpusOptions { Field = "id" }).Read().Count(), "'id' holds Int32");
    }

    [TestMethod]
    public async Task Parquet_ThatIsDamagedOrHoldsNull_IsRefused()
    {
        var path = _folder["a.parquet"];
        await WriteParquet(path, ["one", null]);
        Refusal.Of(() => _ = TextCorpus.Open(path).Read().Count(), "row 1", "null");
        var bytes = await File.ReadAllBytesAsync(path);
        Refusal.Of(() => _ = TextCorpus.Open(_folder.Write("cut.parquet", bytes.AsSpan(0, bytes.Length / 2))).Read().Count(), "no Parquet file");
        Refusal.Of(() => _ = TextCorpus.Open(_folder.Write("b.parquet", "no such thing"u8)).Read().Count(), "no Parquet file");
    }

    [TestMethod]
    public void StandardInput_IsReadOnce()
    {
        var corpus = TextCorpus.Open("-", () => new MemoryStream("Hello"u8.ToArray()));
        Assert.IsFalse(corpus.IsRepeatable);
        Assert.AreSequenceEqual(["Hello"], Texts([.. corpus.Read()]));
        Refusal.Of(() => corpus.Read(), "once only");
    }

    [TestMethod]
    [DataRow("a.jsonl", "{\"text\": \"x\"}\n{\"txt\": 1}", "line 2", "no field 'text'", "txt")]
    [DataRow("a.jsonl", "{\"text\": \"x\"}\n{\"text\": 5}", "line 2", "a number", "text was expected")]
    [DataRow("a.jsonl", "{\"text\": [1]}", "line 1", "a list", "chat")]
    [DataRow("a.jsonl", "{\"text\": \"x\"}\n{\"text\": ", "line 2", "not valid JSON", "")]
    [DataRow("a.jsonl", "[1]", "line 1", "object", "")]
    [DataRow("a.csv", "id,text\n1,a\n2\n", "line 3", "1 fields", "header 2")]
    [DataRow("a.csv", "id,text\n1,\"a\nb", "line 2", "never closed", "")]
    [DataRow("a.csv", "id,text\n1,\"a\"b\n", "line 2", "closing quote", "")]
    [DataRow("a.csv", "id,text\n1,a\"b\n", "line 2", "quote stands inside", "")]
    [DataRow("a.csv", "id,body\n1,a\n", "no column 'text'", "id, body", "")]
    [DataRow("a.txt", "", "holds no text", "", "")]
    [DataRow("a.jsonl", "\n\n", "holds no text", "", "")]
    [DataRow("a.csv", "text\n", "holds no text", "", "")]
    [DataRow("a.json", "[]", "jq", "", "")]
    [DataRow("a.xyz", "x", "says nothing of its format", "", "")]
    public void WhatCannotBeRead_IsRefusedWithItsPlace(string name, string content, string first, string second, string third) =>
        Refusal.Of(() => Read(name, content, new TextCorpusOptions()), first, second, third);

    [TestMethod]
    [DataRow("a.txt")]
    [DataRow("a.jsonl")]
    [DataRow("a.csv")]
    public void BytesThatAreNoUtf8_AreRefused(string name) =>
        Refusal.Of(() => _ = TextCorpus.Open(_folder.Write(name, [.. "{\"text\": \""u8, 0xC3, 0x28, .. "\"}\n"u8])).Read().Count(), name, "");

    [TestMethod]
    public void Options_ThatDoNotGoTogether_AreRefused()
    {
        Refusal.Of(() => Read("a.txt", "x", new TextCorpusOptions { Field = "text" }), "no field 'text'");
        Refusal.Of(() => Read("a.csv", "text\nx", new TextCorpusOptions { Unit = TextUnit.Line }), "every row is a document");
        Refusal.Of(() => Read("a.txt", "x", new TextCorpusOptions { Chat = true }), "JSON lines");
        Refusal.Of(() => TextCorpus.Open("-", () => Stream.Null, new TextCorpusOptions { Format = TextFormat.Parquet }), "standard input");
        Refusal.Of(() => TextCorpus.Open(_folder["absent.txt"]), "does not exist");
        Refusal.Of(() => Read("a.txt", "12345", new TextCorpusOptions { MaximumBytes = 4 }), "more than 4 bytes");
        Refusal.Of(() => Read("a.jsonl", "{\"text\": 12345}", new TextCorpusOptions { MaximumBytes = 4 }), "longer than 4 bytes");
    }

    [TestMethod]
    public void Messages_ThatAreNone_AreRefused()
    {
        var chat = new TextCorpusOptions { Chat = true };
        Refusal.Of(() => Read("a.jsonl", "{\"messages\": []}", chat), "line 1", "empty list");
        Refusal.Of(() => Read("a.jsonl", "{\"messages\": [{\"role\": \"user\"}]}", chat), "message 0", "'content'");
        Refusal.Of(() => Read("a.jsonl", "{\"text\": \"x\"}", chat), "no field 'messages'");
    }

    [TestMethod]
    public void LongLines_OverManyChunks_AreWhole()
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i} "));
        Assert.AreSequenceEqual([text, "b"], Texts(Read("a.txt", text + "\nb", new TextCorpusOptions { Unit = TextUnit.Line })));
    }

    private static async Task WriteParquet(string path, params string?[][] groups)
    {
        var (text, id) = (new DataField<string>("text"), new DataField<int>("id"));
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, text), stream);
        foreach (var group in groups)
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync<int>(id, Enumerable.Range(0, group.Length).ToArray());
            await rows.WriteAsync(text, group!);
        }
    }

    private static string[] Texts(TextDocument[] documents) => Array.ConvertAll(documents, document => document.Text);

    private TextDocument[] Read(string name, string content, TextCorpusOptions options) =>
        [.. TextCorpus.Open(_folder.Write(name, Encoding.UTF8.GetBytes(content)), options).Read()];
}
