using System.Text.Json;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Tensors;

namespace Steering.Tests.EndToEnd;

/// <summary>A GGUF control vector over many blocks gives the reference's tokens and logits, with and without position 0.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class ControlVectorTests
{
    private const float LogitTolerance = 1e-2f;

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Models() =>
        Directory.Exists(OracleFolder.Oracles)
            ? Directory.EnumerateDirectories(OracleFolder.Oracles)
                .Where(folder => File.Exists(Path.Combine(folder, "control-vectors", "control-vector.json")))
                .Select(folder => new object[] { Path.GetFileName(folder) })
                .DefaultIfEmpty(["no folder with control-vectors"])
            : [["absent"]];

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void ControlVector_OverManyBlocks_GivesTheReferencesTokensAndLogits(string model)
    {
        var folder = OracleFolder.Require(model, "control-vectors");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "control-vector.json")));
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "control-vector.safetensors"));
        var file = Path.Combine(folder, document.RootElement.GetProperty("file").GetString()!);
        using var steerable = SteerableModel.Load(ImportedModels.Socketed(model));
        var engine = new SteeringEngine(steerable, new SteeringResources(folder));

        var index = 0;
        var worst = 0f;
        foreach (var run in document.RootElement.GetProperty("runs").EnumerateArray())
        {
            var target = Direction.FromFile(file, run.GetProperty("first_block").GetInt32(), run.GetProperty("last_block").GetInt32());
            var policy = SteeringPolicy.Create("control vector").Add(target, run.Float("coefficient")) with
            {
                SkipPositionZero = run.GetProperty("skip_position_0").GetBoolean(),
            };
            var expected = run.Ints("ids");
            using var generation = steerable.Start(new DecodeRequest { PromptIds = run.Ints("prompt_ids"), MaxTokens = expected.Length, IgnoreEndTokens = true, Policy = engine.Compile(policy) });
            generation.Prefill();
            var error = generation.ReadLogits().Zip(oracle.ReadFloat32($"{index}.logits"), (left, right) => Math.Abs(left - right)).Max();
            Assert.IsLessThan(LogitTolerance, error, $"run {index}");
            worst = Math.Max(worst, error);
            var actual = new List<int>();
            while (generation.MoveNext())
            {
                actual.Add(generation.TokenId);
            }

            GreedyRule.AssertSame(expected, run.Doubles("margins"), actual, $"{model} run {index}");
            index++;
        }

        Assert.IsGreaterThan(0, index, $"{folder} holds no run.");
        TestContext.WriteLine($"{index} runs, largest logit error {worst:G3}");
    }
}
