using System.Text.Json;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.EndToEnd;

/// <summary>Every policy of the reference implementation, on the real model and a real SAE: same tokens, same logits.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class SteeringOracleTests
{
    private const float LogitTolerance = 1e-2f;

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Models() =>
        Directory.Exists(OracleFolder.Oracles)
            ? Directory.EnumerateDirectories(OracleFolder.Oracles)
                .Where(folder => File.Exists(Path.Combine(folder, "steering.json")))
                .Select(folder => new object[] { Path.GetFileName(folder) })
                .DefaultIfEmpty(["no folder with steering.json"])
            : [["absent"]];

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Policies_OfTheReference_GiveItsTokensAndLogits(string model)
    {
        var folder = OracleFolder.Require(model);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "steering.json")));
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "steering.safetensors"));
        var root = document.RootElement;
        var sae = Path.GetFullPath(Path.Combine(folder, root.GetProperty("sae").GetString()!));
        using var steerable = SteerableModel.Load(ImportedModels.Socketed(model));
        var resources = new SteeringResources();
        resources.AddSae("sae", SaeLensFolder.Load(sae));
        var engine = new SteeringEngine(steerable, resources);
        var site = SaeLensFolder.Load(sae).Site!;
        var compiled = root.GetProperty("policies").EnumerateArray().ToDictionary(
            policy => policy.GetProperty("name").GetString()!,
            policy => engine.Compile(OraclePolicy.ToPolicy(policy, site)),
            StringComparer.Ordinal);

        var runs = 0;
        var worst = 0f;
        foreach (var run in root.GetProperty("runs").EnumerateArray())
        {
            var name = run.GetProperty("policy").GetString()!;
            var what = $"{model} {name} #{run.GetProperty("prompt_index").GetInt32()}";
            var expected = run.Ints("ids");
            using var generation = steerable.Start(new DecodeRequest { PromptIds = run.Ints("prompt_ids"), MaxTokens = expected.Length, IgnoreEndTokens = true, Policy = compiled[name] });
            generation.Prefill();
            var error = MaxError(generation.ReadLogits(), oracle.ReadFloat32($"{run.GetProperty("prompt_index").GetInt32()}.{name}.logits"));
            Assert.IsLessThan(LogitTolerance, error, what);
            worst = Math.Max(worst, error);

            var actual = new List<int>();
            while (generation.MoveNext())
            {
                actual.Add(generation.TokenId);
            }

            GreedyRule.AssertSame(expected, run.Doubles("margins"), actual, what);
            runs++;
        }

        Assert.IsGreaterThan(0, runs, $"{folder} holds no run.");
        TestContext.WriteLine($"{runs} runs, largest logit error {worst:G3}");
    }

    private static float MaxError(float[] actual, float[] expected)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        return actual.Zip(expected, (left, right) => Math.Abs(left - right)).Max();
    }
}
