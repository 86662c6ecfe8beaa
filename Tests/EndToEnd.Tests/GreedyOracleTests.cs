using System.Text.Json;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.EndToEnd;

/// <summary>Greedy decoding through the SDK gives the reference's tokens.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class GreedyOracleTests
{
    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Models() =>
        Directory.Exists(OracleFolder.Oracles)
            ? Directory.EnumerateDirectories(OracleFolder.Oracles)
                .Where(folder => File.Exists(Path.Combine(folder, "greedy.jsonl")))
                .Select(folder => new object[] { Path.GetFileName(folder) })
                .DefaultIfEmpty(["no folder with greedy.jsonl"])
            : [["absent"]];

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Greedy_InFp32_GivesTheReferencesTokens(string model)
    {
        var lines = File.ReadAllLines(OracleFolder.Require(model, "greedy.jsonl"));
        Assert.IsNotEmpty(lines);
        using var steerable = SteerableModel.Load(ImportedModels.Socketed(model));
        foreach (var line in lines)
        {
            using var document = JsonDocument.Parse(line);
            var run = document.RootElement;
            var expected = run.Ints("ids");
            using var generation = steerable.Start(new DecodeRequest { PromptIds = run.Ints("prompt_ids"), MaxTokens = expected.Length, MinTokens = expected.Length });
            var actual = new List<int>();
            while (generation.MoveNext())
            {
                actual.Add(generation.TokenId);
            }

            GreedyRule.AssertSame(expected, run.Doubles("margins"), actual, $"{model}: {run.GetProperty("prompt").GetString()}");
        }
    }
}
