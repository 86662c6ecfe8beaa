using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Evaluation;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class CrossEntropyOracleTests
{
    private const double Tolerance = 1e-3;

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Every autoencoder of the oracles that has a ce.json, on its model and the text that it names.</summary>
    [TestMethod]
    [TestCategory("Model")]
    public void Evaluate_OnTheReferenceText_GivesItsCrossEntropies()
    {
        foreach (var folder in OracleFolder.Cases("ce.json", "saes"))
        {
            using var oracle = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "ce.json")));
            var root = oracle.RootElement;
            var words = root.GetProperty("text").GetString()!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            var (count, length) = (int.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[5], CultureInfo.InvariantCulture));
            var text = File.ReadAllText(TextFile(words[0]));
            var sae = SaeLensFolder.Load(folder);
            var model = sae.ModelName?.Contains("tinystories", StringComparison.OrdinalIgnoreCase) == true ? TestModels.Stories() : TestModels.SmolLm();
            var ids = TextTokenizer.Load(model).Encode(text[..Math.Min(text.Length, count * length * 8)], addSpecialTokens: false);
            using var site = SiteModel.Load(model, root.GetProperty("site").GetString()!);

            var metrics = SaeEvaluator.Evaluate(
                sae,
                site,
                EvaluationWindow.Cut(ids, length, count),
                new SaeEvaluationOptions { SpliceEverywhere = true, CrossEntropyWindows = count, MaximumComparedLatents = 0 },
                cancellationToken: TestContext.CancellationToken).Summary.CrossEntropy!;

            TestContext.WriteLine(metrics.ToString());
            Assert.AreEqual(root.GetProperty("next_tokens").GetInt64(), metrics.NextTokens);
            Assert.AreEqual(root.GetProperty("clean").GetDouble(), metrics.Clean, Tolerance, "clean");
            Assert.AreEqual(root.GetProperty("sae_not_position_0").GetDouble(), metrics.Spliced, Tolerance, "spliced");
            Assert.AreEqual(root.GetProperty("sae_all").GetDouble(), metrics.SplicedEverywhere!.Value, Tolerance, "spliced everywhere");
            Assert.AreEqual(root.GetProperty("zero_not_position_0").GetDouble(), metrics.ZeroAblated, Tolerance, "zero");
            Assert.AreEqual(root.GetProperty("mean_not_position_0").GetDouble(), metrics.MeanAblated, Tolerance, "mean");
            Assert.AreEqual(root.GetProperty("recovered_zero").GetDouble(), metrics.RecoveredFromZero, Tolerance, "recovered");
        }
    }

    /// <summary>Beside the oracles, or where other oracles are tried, beside the models.</summary>
    private static string TextFile(string name)
    {
        string[] places = [.. ((string[])[OracleFolder.Oracles, OracleFolder.Models, Path.Combine(OracleFolder.RepositoryRoot, "..", "shared", "oracles")]).Select(folder => Path.Combine(folder, "..", "data", name))];
        return places.FirstOrDefault(File.Exists) ?? throw new AssertFailedException($"None of {string.Join(", ", places)} exists.");
    }
}
