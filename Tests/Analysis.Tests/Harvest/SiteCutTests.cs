using System.Globalization;
using Steering.Analysis.Harvest;
using Steering.Export;
using Steering.Export.Cuts;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using Steering.Models;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Harvest;

[TestClass]
public sealed class SiteCutTests
{
    private static readonly int[] Ids = [1, 200, 17, 400, 93, 11, 8, 301];

    public static IEnumerable<object[]> Architectures => Directory.Exists(OracleFolder.Oracles)
        ? OracleFolder.Cases("oracle.safetensors", "architectures").Select(folder => new object[] { Path.GetFileName(folder) })
        : [[string.Empty]];

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Reached: 8e-6 on residuals, 5e-6 on logits.</summary>
    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void HeadAndTail_OfEveryArchitectureAndSite_GiveTheReferenceResidualsAndLogits(string name)
    {
        var folder = OracleFolder.Require("architectures", name);
        Check(TestModels.Import(folder), Path.Combine(folder, "oracle.safetensors"), relative: 1e-4f, logitTolerance: 5e-5f);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void HeadAndTail_OfTinyStories_GiveTheReferenceResidualsAndLogits(bool socketed) =>
        Check(TestModels.Stories(socketed: socketed), OracleFolder.Require("tinystories-656k", "forward.safetensors"), relative: 1e-4f, logitTolerance: 1e-4f);

    [TestMethod]
    [TestCategory("Model")]
    public void HeadAndTail_OfSmolLm_GiveTheReferenceResidualsAndLogits() =>
        Check(TestModels.SmolLm(), OracleFolder.Require("smollm2-135m-instruct", "forward.safetensors"), relative: 1e-4f, logitTolerance: 2e-4f, every: 7);

    /// <summary>The parts give the whole's numbers up to fusions at the cut, which int4's rounding of activations to 8 bits can enlarge. Reached: 6e-7.</summary>
    [TestMethod]
    [DataRow(WeightPrecision.Float32, false)]
    [DataRow(WeightPrecision.Float32, true)]
    [DataRow(WeightPrecision.Int4, false)]
    [DataRow(WeightPrecision.Int4, true)]
    public void TailOfHead_AtEverySite_EqualsTheWholeGraph(WeightPrecision precision, bool socketed)
    {
        var folder = TestModels.Sandbox(precision, socketed);
        using var whole = ForwardPass.Load(folder);
        var expected = whole.Run(Ids);

        // int4 rounds activations to int8, where the last bit of a float may decide about a whole step.
        var tolerance = precision == WeightPrecision.Int4 ? 2e-2f : 1e-5f;
        var cut = SiteCut.Load(folder);
        CollectionAssert.AreEqual(new[] { "resid_pre.0", "resid_post.0", "resid_post.1", "resid_post.2", "resid_post.3", "resid_post.4", "resid_post.5" }, cut.Sites.ToArray());
        foreach (var site in cut.Sites)
        {
            using var head = SiteHead.Load(cut, site);
            using var tail = SiteTail.Load(cut, site);
            var (residual, logits) = Run(head, tail, Ids, 1);
            AssertClose(expected.Logits, logits, tolerance, site);
            if (expected.Residuals.TryGetValue(site, out var seen))
            {
                AssertClose(seen, residual, tolerance, site);
            }
        }
    }

    [TestMethod]
    public void Head_RunsSequencesOfABatchIndependently()
    {
        using var head = SiteHead.Load(TestModels.Sandbox(), "resid_post.0");
        int[] other = [.. Ids.Reverse()];
        var alone = new float[Ids.Length * head.HiddenSize];
        head.Run(other, 1, other.Length, alone);
        var both = new float[2 * alone.Length];
        head.Run([.. Ids, .. other], 2, Ids.Length, both);
        AssertClose(alone, both.AsSpan(alone.Length), 1e-5f, "second row");
    }

    [TestMethod]
    public void Head_LeavesWeightsWhereTheyAreAndDropsWhatItDoesNotNeed()
    {
        var folder = TestModels.Sandbox();
        var whole = OnnxModelFile.Load(Path.Combine(folder, "model.onnx")).Graph;
        var head = SiteCut.Load(folder).Head("resid_post.0").Graph;
        Assert.IsLessThan(whole.Initializer.Count, head.Initializer.Count);
        Assert.DoesNotContain("logits", head.Output.Select(output => output.Name));
        Assert.ContainsSingle(head.Node.Where(node => string.Equals(node.OpType, "GroupQueryAttention", StringComparison.Ordinal)));
        foreach (var tensor in head.Initializer)
        {
            Assert.AreEqual(whole.Initializer.Single(other => string.Equals(other.Name, tensor.Name, StringComparison.Ordinal)), tensor);
        }
    }

    [TestMethod]
    [DataRow("resid_pre.1", "resid_post.0")]
    [DataRow("blocks.1.hook_resid_post", "resid_post.1")]
    [DataRow("blocks.1.hook_resid_pre", "resid_post.0")]
    [DataRow("blocks.0.hook_resid_pre", "resid_pre.0")]
    [DataRow("model.layers.1", "resid_post.1")]
    public void Name_OfAnotherWayToSayASite_IsTheSite(string written, string site) =>
        Assert.AreEqual(site, SiteCut.Load(TestModels.Sandbox()).Name(written));

    [TestMethod]
    [DataRow("resid_post.6")]
    [DataRow("resid_pre.9")]
    [DataRow("mlp_out.0")]
    [DataRow("")]
    public void Load_OfASiteTheModelLacks_IsRefusedWithTheList(string site)
    {
        var model = TestModels.Sandbox();
        var message = Refusal.Of(() => SiteHead.Load(model, site).Dispose()).Message;
        Assert.Contains($"no site '{site}'", message);
        Assert.Contains("resid_pre.0, resid_post.0, resid_post.1, resid_post.2, resid_post.3, resid_post.4, resid_post.5", message);
    }

    [TestMethod]
    public void Run_OnWhatDoesNotFit_IsRefused()
    {
        using var head = SiteHead.Load(TestModels.Sandbox(), "resid_post.1");
        Assert.Contains("not in the vocabulary", Refusal.Of(() => head.Run([1, 99999], 1, 2, new float[2 * head.HiddenSize])).Message);
        Assert.Contains("not 2 sequences of 2", Refusal.Of(() => head.Run([1, 2, 3], 2, 2, new float[4 * head.HiddenSize])).Message);
        Assert.Contains("room for 5", Refusal.Of(() => head.Run([1, 2], 1, 2, new float[5])).Message);
        Assert.Contains("at least one token", Refusal.Of(() => head.Run([], 1, 1, new float[head.HiddenSize])).Message);
        Assert.Contains("not possible", Refusal.Of(() => head.Run(new int[100_000], 1, 100_000, [])).Message);
    }

    /// <summary>A cut is fed by the names of the model's configuration, and with positions where its graph takes them.</summary>
    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public void HeadAndTail_OfAGraphWithOtherInputs_GiveWhatTheOriginalGives(bool renamed, bool positions)
    {
        using var temporary = new TemporaryFolder();
        ModelImporter.Import(TinyCheckpoint.Write(temporary["checkpoint"]), temporary["plain"], new ImportOptions(), progress: null, CancellationToken.None);
        OtherNames.Write(temporary["plain"], temporary["other"], renamed, positions);
        int[] ids = [.. Ids.Select(id => id % TinyCheckpoint.Vocabulary), .. Ids.Select(id => (id + 1) % TinyCheckpoint.Vocabulary)];
        foreach (var site in (string[])["resid_post.0", "resid_post.1"])
        {
            var (expected, actual) = (Parts(temporary["plain"]), Parts(temporary["other"]));
            CollectionAssert.AreEqual(expected.Residual, actual.Residual);
            CollectionAssert.AreEqual(expected.Logits, actual.Logits);

            (float[] Residual, float[] Logits) Parts(string folder)
            {
                using var head = SiteHead.Load(folder, site);
                using var tail = SiteTail.Load(SiteCut.Load(folder), site);
                return Run(head, tail, ids, 2);
            }
        }
    }

    [TestMethod]
    public void Fingerprint_OfAModelAndItsSocketedCopy_IsTheSame() =>
        Assert.AreEqual(SiteCut.Load(TestModels.Sandbox()).Fingerprint(), SiteCut.Load(TestModels.Sandbox(socketed: true)).Fingerprint());

    [TestMethod]
    public void WeightsFingerprint_IsComputedOnce()
    {
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(TestModels.Sandbox()))
        {
            File.Copy(file, copy[Path.GetFileName(file)]);
        }

        var cut = SiteCut.Load(copy.Path);
        var fingerprint = cut.WeightsFingerprint();
        File.Delete(Directory.EnumerateFiles(copy.Path, "*.data").Single());
        Assert.AreEqual(fingerprint, cut.WeightsFingerprint());
    }

    private void Check(string folder, string oracleFile, float relative, float logitTolerance, int every = 1)
    {
        using var oracle = SafetensorsFile.Open(oracleFile);
        var cut = SiteCut.Load(folder);
        var (sites, worst, worstLogit) = (0, 0f, 0f);
        for (var block = 0; block < cut.BlockCount; block += every)
        {
            using var head = SiteHead.Load(cut, string.Create(CultureInfo.InvariantCulture, $"resid_post.{block}"));
            using var tail = SiteTail.Load(cut, head.Site);
            for (var sequence = 0; oracle.Contains($"{sequence}.ids"); sequence++)
            {
                if (!oracle.Contains($"{sequence}.resid_post.{block}"))
                {
                    continue;
                }

                sites++;
                int[] ids = [.. oracle.ReadInt64($"{sequence}.ids").Select(id => (int)id)];
                var (residual, logits) = Run(head, tail, ids, 1);
                var expected = oracle.ReadFloat32($"{sequence}.resid_post.{block}");
                for (var token = 0; token < ids.Length; token++)
                {
                    worst = Math.Max(worst, RowDistance(expected, residual, token, head.HiddenSize));
                }

                var expectedLogits = oracle.ReadFloat32($"{sequence}.logits");
                for (var i = 0; i < expectedLogits.Length; i++)
                {
                    worstLogit = Math.Max(worstLogit, Math.Abs(expectedLogits[i] - logits[logits.Length - expectedLogits.Length + i]));
                }
            }
        }

        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sites} comparisons: residuals within {worst:G3} of a row's norm, logits within {worstLogit:G3}"));
        Assert.IsGreaterThan(0, sites);
        Assert.IsLessThan(relative, worst);
        Assert.IsLessThan(logitTolerance, worstLogit);
    }

    private static (float[] Residual, float[] Logits) Run(SiteHead head, SiteTail tail, int[] ids, int sequences)
    {
        var residual = new float[ids.Length * head.HiddenSize];
        head.Run(ids, sequences, ids.Length / sequences, residual);
        var logits = new float[ids.Length * tail.VocabularySize];
        tail.Run(residual, sequences, ids.Length / sequences, logits);
        return (residual, logits);
    }

    private static float RowDistance(float[] expected, float[] actual, int token, int width)
    {
        Assert.HasCount(expected.Length, actual);
        double difference = 0, size = 0;
        for (var i = token * width; i < (token + 1) * width; i++)
        {
            Assert.IsTrue(float.IsFinite(actual[i]));
            difference += Math.Pow(expected[i] - actual[i], 2);
            size += Math.Pow(expected[i], 2);
        }

        return (float)Math.Sqrt(difference / size);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        var scale = Math.Max(1, Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(expected)));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.IsLessThanOrEqualTo(tolerance * scale, Math.Abs(expected[i] - actual[i]), $"{what}, element {i}");
        }
    }
}
