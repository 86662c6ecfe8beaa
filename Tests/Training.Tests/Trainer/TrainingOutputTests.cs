using Steering.Analysis.Evaluation;
using Steering.Analysis.Sources;
using Steering.Analysis.Statistics;
using Steering.Catalogues;
using Steering.Export.Cuts;
using Steering.Export.Saes;
using Steering.Saes.Formats;
using Steering.Training.Trainer;

namespace Steering.Tests.Training.Trainer;

/// <summary>What a finished run leaves in its folder.</summary>
[TestClass]
public sealed class TrainingOutputTests
{
    private const string Site = "resid_post.1";

    /// <summary>What was measured and exported is what the folder holds, although it is written once and not read.</summary>
    [TestMethod]
    [DataRow("topk")]
    [DataRow("batchtopk")]
    [DataRow("matryoshka")]
    [DataRow("relu")]
    [DataRow("gated")]
    [DataRow("jumprelu")]
    public void Write_WritesTheAutoencoderOnce_AndMeasuresThatOne(string kind)
    {
        using var folder = new TemporaryFolder();
        var cut = SiteCut.Load(SandboxModel.Folder());
        var random = new SeededRandom(3, 0);
        float[] rows = [.. Enumerable.Range(0, 512 * cut.HiddenSize).Select(_ => (random.Below(2_000) - 1_000) / 500f)];
        using var source = new MemoryActivationSource(rows, cut.HiddenSize, seed: 7);
        using var run = TrainingRun.Open([new("sae", SaeTrainerTests.Small(kind) with { Tokens = 128 * 4 })], source, folder["run"], resume: false);
        run.Complete();
        var written = new List<string>();
        var output = new TrainingOutput
        {
            Cut = cut,
            Site = Site,
            Windows = EvaluationWindow.Cut(Enumerable.Range(300, 64).ToArray(), 16),
            WriteFolder = (path, parameters, summary) =>
            {
                written.Add(Path.GetFileName(path));
                SaeLensFolderWriter.Write(path, parameters, summary);
            },
        };
        var found = output.Write(run, folder["sae"]).Single().Evaluation!;

        Assert.AreSequenceEqual(["sae"], written);
        var read = SaeFolder.Load(folder["sae"]);
        Assert.AreEqual(read.Fingerprint, found.SaeSha256);
        Assert.AreEqual(found.Reconstruction.UnexplainedVariance, read.Training!.Fvu);
        using var catalogue = FeatureCatalogue.Open(folder["sae", FeatureCatalogue.FileName], read);
        SaeOnnxWriter.Write(folder["again"], read);
        foreach (var file in Directory.EnumerateFiles(folder["again"]))
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(file), File.ReadAllBytes(folder["sae", TrainingOutput.OnnxName, Path.GetFileName(file)]), file);
        }
    }
}
