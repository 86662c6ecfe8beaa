using Steering.Analysis.Evaluation;
using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class SaeEvaluatorTests
{
    private static readonly float[][] Embedding = [[1, 0, 0.2f], [0, 2, 0.1f], [0.5f, 0.5f, 1], [3, 1, 0]];
    private static readonly float[][] Head = [[1, 0, 0], [0, 1, 0.5f], [0, 0, 1], [0.3f, 0.2f, -1]];
    private static readonly int[][] Ids = [[0, 1, 2, 3, 1], [3, 3, 0, 2, 1], [2, 0, 1]];

    /// <summary>Latent 0 reads and writes the first axis, latent 1 the second at half its size, latent 2 never fires, latent 3 repeats 0.</summary>
    private static readonly SparseAutoencoder Sae = TestSae.Relu(
        [[1, 0, 0], [0, 1, 0], [-1, -1, -1], [0.5f, 0, 0]],
        [[0.8f, 0, 0], [0, 0.5f, 0], [0, 0, 1], [0.1f, 0, 0]]);

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Everything written out again in double, token by token.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Evaluate_OnAModelComputedByHand_GivesTheDefinitions(int atOnce)
    {
        var options = new SaeEvaluationOptions { Exclusion = new TokenExclusion(true, 0), BatchWindows = atOnce, CrossEntropyWindows = 2, SpliceEverywhere = true, RareDensity = 0.5 };

        var result = Run(options);

        var summary = result.Summary;
        Assert.AreEqual(10, summary.Tokens);
        Assert.AreEqual(3, summary.TokensLeftOut);
        Assert.AreEqual(3, summary.Windows);
        int[] counted = [.. Ids.SelectMany(window => window.Skip(1))];
        Assert.AreEqual(counted.Average(id => Active(id).Count), summary.Sparsity.ActiveMean, 1e-12);
        Assert.AreEqual(1, summary.Sparsity.Dead);
        Assert.AreEqual(counted.Max(id => Active(id).Count), summary.Sparsity.ActiveMaximum);
        var expected = new long[] { counted.Count(id => id != 1), counted.Count(id => id != 0), 0, counted.Count(id => id != 1) };
        CollectionAssert.AreEqual(expected, result.Latents.Fired.ToArray());
        Assert.AreEqual(expected.Count(fired => fired is > 0 and < 5), summary.Sparsity.Rare);
        Assert.AreEqual(counted.Where(id => id != 1).Average(id => (double)Embedding[id][0]), result.Latents.MeanActivation[0], 1e-6);
        Assert.AreEqual(3, result.Latents.MaxActivation[0], 0);
        CheckCrossEntropy(summary.CrossEntropy!);
        Assert.AreEqual(1, summary.Redundancy!.MaximumCosine, 1e-6);
        Assert.AreEqual(2, summary.Redundancy.NearDuplicates);
        Assert.AreEqual(3, result.Neighbours!.Latents(0)[0]);
    }

    [TestMethod]
    public void Json_ThereAndBack_IsTheSameRecord()
    {
        using var folder = new TemporaryFolder();
        var summary = Run(new SaeEvaluationOptions { Corpus = "a \"text\" <b>" }).Summary;
        summary.Save(folder["report.json"]);

        Assert.AreEqual(summary, SaeEvaluation.Load(folder["report.json"]));
        Refusal.Of(() => SaeEvaluation.Load(folder.Write("other.json", "{\"version\": 1}"u8)), "no evaluation");
        Refusal.Of(() => SaeEvaluation.Load(folder.Write("new.json", System.Text.Encoding.UTF8.GetBytes(summary.ToJson().Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal)))), "version 2");
    }

    [TestMethod]
    public void Evaluate_OfWhatDoesNotFit_Refuses()
    {
        Refusal.Of(() => SaeEvaluator.Evaluate(TestSae.Random(4, 5, 1), new LinearModel(Embedding, Head), Windows()), "width 5", "width 3");
        Refusal.Of(() => SaeEvaluator.Evaluate(Sae, new LinearModel(Embedding, Head), []), "no text");
        Refusal.Of(() => Run(new SaeEvaluationOptions { RareDensity = 1 }), "density");
        Refusal.Of(() => Run(new SaeEvaluationOptions { Examples = 256 }), "256 examples");
        Refusal.Of(() => SaeEvaluator.Evaluate(Sae, new LinearModel([[float.NaN, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 0]], Head), Windows()), "not finite");
    }

    [TestMethod]
    public void Evaluate_WhenCancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => SaeEvaluator.Evaluate(Sae, new LinearModel(Embedding, Head), Windows(), cancellationToken: source.Token));
    }

    [TestMethod]
    public void Evaluate_WithoutCrossEntropyOrNeighbours_LeavesThemOut()
    {
        var result = Run(new SaeEvaluationOptions { CrossEntropyWindows = 0, MaximumComparedLatents = 3 });
        Assert.IsNull(result.Summary.CrossEntropy);
        Assert.IsNull(result.Summary.Redundancy);
        Assert.IsNull(result.Neighbours);
    }

    private static EvaluationWindow[] Windows() => [.. Ids.Select(ids => new EvaluationWindow(ids))];

    private static List<int> Active(int id) => [.. Enumerable.Range(0, 4).Where(latent => latent switch { 0 or 3 => Embedding[id][0] > 0, 1 => Embedding[id][1] > 0, _ => false })];

    private static double[] Reconstruct(int id) => [Embedding[id][0] * 0.85, Embedding[id][1] * 0.5, 0];

    private static void CheckCrossEntropy(CrossEntropyMetrics metrics)
    {
        int[][] windows = [.. Ids.Take(2)];
        int[] counted = [.. windows.SelectMany(window => window.Skip(1))];
        double[] mean = [.. Enumerable.Range(0, 3).Select(i => counted.Average(id => (double)Embedding[id][i]))];
        double[] Clean(int id) => [.. Embedding[id].Select(value => (double)value)];
        Assert.AreEqual(2, metrics.Windows);
        Assert.AreEqual(8, metrics.NextTokens);
        Assert.AreEqual(Loss((_, id) => Clean(id)), metrics.Clean, 1e-6);
        Assert.AreEqual(Loss((t, id) => t == 0 ? Clean(id) : Reconstruct(id)), metrics.Spliced, 1e-6);
        Assert.AreEqual(Loss((_, id) => Reconstruct(id)), metrics.SplicedEverywhere!.Value, 1e-6);
        Assert.AreEqual(Loss((t, id) => t == 0 ? Clean(id) : [0, 0, 0]), metrics.ZeroAblated, 1e-6);
        Assert.AreEqual(Loss((t, id) => t == 0 ? Clean(id) : mean), metrics.MeanAblated, 1e-6);

        double Loss(Func<int, int, double[]> residual) => windows.Average(window => Enumerable.Range(0, 4).Average(t =>
        {
            var x = residual(t, window[t]);
            double[] logits = [.. Head.Select(row => row.Zip(x, (left, right) => left * right).Sum())];
            return Math.Log(logits.Sum(Math.Exp)) - logits[window[t + 1]];
        }));
    }

    private SaeEvaluationResult Run(SaeEvaluationOptions options) =>
        SaeEvaluator.Evaluate(Sae, new LinearModel(Embedding, Head), Windows(), options, cancellationToken: TestContext.CancellationToken);
}
