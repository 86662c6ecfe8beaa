using System.Text.Json;
using Steering.Tokenizers;

namespace Steering.Tests.Sdk.Tokenizers;

[TestClass]
public sealed class TextTokenizerOracleTests
{
    [TestMethod]
    public void Encode_GivesTheReferenceIdsOfEveryLine_TinyStories() =>
        CheckLines(TextTokenizer.Load(OracleFolder.RequireModel("tinystories-656k")), OracleFolder.Require("tinystories-656k", "tokenizer.jsonl"));

    /// <summary>Compares every line: ids, decoded text, and the text decoded token by token.</summary>
    private static void CheckLines(TextTokenizer tokenizer, string path)
    {
        var lines = 0;
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            lines++;
            using var document = JsonDocument.Parse(line);
            var text = document.RootElement.GetProperty("text").GetString()!;
            var expected = document.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var decoded = document.RootElement.GetProperty("decoded").GetString();
            var ids = tokenizer.Encode(text);
            var detokenizer = tokenizer.CreateDetokenizer();
            var streamed = string.Concat(expected.Select(detokenizer.Append)) + detokenizer.Finish();
            if (!ids.SequenceEqual(expected))
            {
                wrong.Add($"line {lines} {JsonSerializer.Serialize(text)}: [{string.Join(", ", ids)}] instead of [{string.Join(", ", expected)}]");
            }

            if (!string.Equals(tokenizer.Decode(expected), decoded, StringComparison.Ordinal) || !string.Equals(streamed, decoded, StringComparison.Ordinal))
            {
                wrong.Add($"line {lines}: decoded {JsonSerializer.Serialize(tokenizer.Decode(expected))}, streamed {JsonSerializer.Serialize(streamed)} instead of {JsonSerializer.Serialize(decoded)}");
            }
        }

        Assert.IsGreaterThan(0, lines, $"{path} holds no line.");
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }
}
