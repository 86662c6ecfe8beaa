using System.Text;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sandbox.Corpora;

namespace Steering.Tests.Analysis.Harvest;

/// <summary>Cutting, harvesting and evaluating on the bundled model and its world's own text.</summary>
[TestClass]
public sealed class SandboxHarvestTests : IDisposable
{
    private const int Documents = 40;

    private readonly TemporaryFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => _folder.Dispose();

    /// <summary>Head and tail at every site give the whole graph's residuals and logits, to 1e-5 of the largest.</summary>
    [TestMethod]
    public void TailOfHead_AtEverySite_EqualsTheWholeGraph()
    {
        var ids = HarvestJob.Windows(Options())[0].Ids;
        using var whole = ForwardPass.Load(SandboxModel.Folder());
        var expected = whole.Run(ids);
        var cut = SiteCut.Load(SandboxModel.Folder());
        Assert.HasCount(whole.Sites.Count + 1, cut.Sites);
        foreach (var site in cut.Sites)
        {
            using var head = SiteHead.Load(cut, site);
            using var tail = SiteTail.Load(cut, site);
            var residual = new float[ids.Length * head.HiddenSize];
            head.Run(ids, 1, ids.Length, residual);
            var logits = new float[ids.Length * tail.VocabularySize];
            tail.Run(residual, 1, ids.Length, logits);
            AssertClose(expected.Logits, logits, site);
            if (expected.Residuals.TryGetValue(site, out var seen))
            {
                AssertClose(seen, residual, site);
            }
        }
    }

    [TestMethod]
    public void Harvest_GivesTheRowsOfTheHeadBitForBit_EachOnce()
    {
        var options = Options();
        var (expected, first, massive) = HarvestJob.Expected(options);
        using var source = ActivationSources.Open(options);
        var rows = SourceRows.Floats(source, int.MaxValue);
        CollectionAssert.AreEqual(HarvestJob.Sorted(expected, source.HiddenSize), HarvestJob.Sorted(rows, source.HiddenSize));
        Assert.AreEqual(((long)first, (long)massive), (source.Counts.FirstPositions, source.Counts.MassiveTokens));
    }

    /// <summary>
    /// The bundled autoencoder on the bundled model, against the definitions over the same windows: unexplained variance from
    /// its own reconstructions, cross-entropy from the logits of whole passes; both to 1e-3. It was trained for them, so most
    /// of the variance is explained.
    /// </summary>
    [TestMethod]
    public void Evaluation_OfTheBundledAutoencoder_IsWhatTheDefinitionsSay()
    {
        var sae = SaeFolder.Load(SandboxModel.LateSae());
        int[][] windows = [.. HarvestJob.Windows(Options()).Take(12).Select(window => window.Ids)];
        using var model = SiteModel.Load(SandboxModel.Folder(), sae.Site!);
        var options = new SaeEvaluationOptions { Exclusion = new TokenExclusion(FirstPosition: true, MassiveFactor: 0), CrossEntropyWindows = windows.Length, MaximumComparedLatents = 0 };

        var result = SaeEvaluator.Evaluate(sae, model, EvaluationWindow.Cut(windows.SelectMany(ids => ids).ToArray(), HarvestJob.Length, windows.Length), options, cancellationToken: TestContext.CancellationToken).Summary;

        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var (rows, loss) = (new List<float>(), new List<double>());
        foreach (var ids in windows)
        {
            var whole = pass.Run(ids);
            rows.AddRange(whole.Residuals[sae.Site!].AsSpan(sae.HiddenSize));
            loss.AddRange(Enumerable.Range(0, ids.Length - 1).Select(position => Loss(whole.Logits.AsSpan(position * whole.VocabularySize, whole.VocabularySize).ToArray(), ids[position + 1])));
        }

        var unexplained = Unexplained(sae, [.. rows]);
        TestContext.WriteLine(FormattableString.Invariant($"FVU {unexplained:F4}, {loss.Average():F3} nats a token, recovered {result.CrossEntropy!.RecoveredFromZero:F4}"));
        Assert.AreEqual(unexplained, result.Reconstruction.UnexplainedVariance, 1e-3 * unexplained);
        Assert.AreEqual(loss.Average(), result.CrossEntropy!.Clean, 1e-3);
        Assert.IsLessThan(0.5, result.Reconstruction.UnexplainedVariance);
        Assert.IsGreaterThan(0.5, result.CrossEntropy.RecoveredFromZero);
    }

    private ActivationSourceOptions Options()
    {
        var text = string.Concat(new SandboxCorpus(1).Documents(CorpusSplit.HeldOut).Take(Documents).Select(document => document.Text));
        return HarvestJob.Options(_folder, sentences: 1, modelFolder: SandboxModel.Folder()) with
        {
            Site = "resid_post.4",
            TextPath = _folder.Write("sandbox.txt", Encoding.UTF8.GetBytes(text)),
        };
    }

    private static double Unexplained(SparseAutoencoder sae, float[] rows)
    {
        var (d, count) = (sae.HiddenSize, rows.Length / sae.HiddenSize);
        var activations = new float[count * sae.LatentCount];
        var reconstruction = new float[rows.Length];
        sae.Encode(rows, count, activations);
        sae.Decode(activations, rows, count, reconstruction);
        double[] mean = [.. Enumerable.Range(0, d).Select(i => Enumerable.Range(0, count).Average(row => (double)rows[(row * d) + i]))];
        var error = rows.Zip(reconstruction, (x, y) => Math.Pow((double)x - y, 2)).Sum();
        return error / rows.Select((x, at) => Math.Pow(x - mean[at % d], 2)).Sum();
    }

    private static double Loss(float[] logits, int next)
    {
        var largest = logits.Max();
        return largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest))) - logits[next];
    }

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual);
        var tolerance = 1e-5f * MathF.Max(1, expected.Max(MathF.Abs));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"{what}, element {i}");
        }
    }
}
