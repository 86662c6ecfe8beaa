using System.Text;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Export.Cuts;
using Steering.Saes;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Sources;

[TestClass]
public sealed class ActivationSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Read_GivesTheRowsOfTheHeadBitForBit_EachOnce()
    {
        var options = HarvestJob.Options(_folder);
        var (expected, first, massive) = HarvestJob.Expected(options);
        using var source = ActivationSources.Open(options);
        var rows = SourceRows.Floats(source, int.MaxValue);
        CollectionAssert.AreEqual(HarvestJob.Sorted(expected, source.HiddenSize), HarvestJob.Sorted(rows, source.HiddenSize));
        Assert.IsFalse(expected.AsSpan().SequenceEqual(rows), "the rows are not mixed");
        var tokens = HarvestJob.Windows(options).Length * HarvestJob.Length;
        Assert.IsGreaterThan(0, massive);
        Assert.AreEqual(new HarvestCounts(tokens / HarvestJob.Length, tokens, expected.Length / source.HiddenSize, first, massive), source.Counts);
        Assert.AreEqual(tokens, source.CountTokens());
    }

    [TestMethod]
    public void Read_DoesNotDependOnTimingOrOnTheSizeOfReads()
    {
        var options = HarvestJob.Options(_folder) with { Passes = 2 };
        using var source = ActivationSources.Open(options);
        var expected = SourceRows.Floats(source, int.MaxValue);
        using var slow = ActivationSources.Open(options);
        var all = new List<float>();
        var rows = new float[101 * slow.HiddenSize];
        for (int read; (read = slow.Read(rows, CancellationToken.None)) > 0;)
        {
            all.AddRange(rows.AsSpan(0, read * slow.HiddenSize));
            if (all.Count % 3 == 0)
            {
                Thread.Sleep(1);
            }
        }

        Assert.IsTrue(expected.AsSpan().SequenceEqual(all.ToArray()));
        Assert.AreEqual(0, expected.Length % (2 * source.HiddenSize));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(700)]
    [DataRow(3_333)]
    [DataRow(6_000)]
    public void RestoreState_ContinuesBitForBit(int rowsBefore)
    {
        var options = HarvestJob.Options(_folder) with { Passes = null };
        SourceRows.CheckResume(() => ActivationSources.Open(options), rowsBefore, rowsAfter: 3_000);
    }

    /// <summary>Through a folder of shards: in the first pass, after it, and by a source that finds the shards of an earlier one.</summary>
    [TestMethod]
    [DataRow(0, false, "F16")]
    [DataRow(700, false, "F16")]
    [DataRow(1_500, false, "BF16")]
    [DataRow(6_000, true, "F32")]
    public void RestoreState_WithShardsOnTheWay_ContinuesBitForBit(int rowsBefore, bool secondPass, string type)
    {
        var options = HarvestJob.Options(_folder) with { Passes = null, StoredType = ShardLayout.Type(type), ShardFolder = _folder["shards"], ShardBytes = HarvestJob.ShardBytes };
        const int rowsAfter = 3_000;
        using var state = new MemoryStream();
        float[] expected;
        using (var source = ActivationSources.Open(options))
        {
            _ = SourceRows.Floats(source, rowsBefore);
            source.SaveState(state);
            expected = SourceRows.Floats(source, rowsAfter);
        }

        // As the folder was left; as another run found it, with nothing in it.
        foreach (var shards in (string[])[_folder["shards"], _folder["others"]])
        {
            state.Position = 0;
            using var resumed = ActivationSources.Open(options with { ShardFolder = shards });
            if (secondPass && shards.EndsWith("others", StringComparison.Ordinal))
            {
                Refusal.Of(() => resumed.RestoreState(state), "others is not complete");
                continue;
            }

            resumed.RestoreState(state);
            Assert.IsTrue(expected.AsSpan().SequenceEqual(SourceRows.Floats(resumed, rowsAfter)), shards);
        }
    }

    [TestMethod]
    public void Shards_OnTheWay_HoldTheFirstPassAndFeedTheSecond()
    {
        var options = HarvestJob.Options(_folder) with { Passes = 2, StoredType = TensorElementType.Float32, ShardFolder = _folder["shards"], ShardBytes = HarvestJob.ShardBytes };
        using var source = ActivationSources.Open(options);
        var width = source.HiddenSize;
        var rows = SourceRows.Floats(source, int.MaxValue);
        var expected = HarvestJob.Sorted(HarvestJob.Expected(options).Rows, width);
        CollectionAssert.AreEqual(expected, HarvestJob.Sorted(rows.AsSpan(0, rows.Length / 2), width));
        CollectionAssert.AreEqual(expected, HarvestJob.Sorted(rows.AsSpan(rows.Length / 2), width));
        Assert.IsFalse(rows.AsSpan(0, rows.Length / 2).SequenceEqual(rows.AsSpan(rows.Length / 2)));
        var index = ShardFolder.Open(options.ShardFolder!).Index;
        Assert.IsTrue(index.IsComplete);
        Assert.IsGreaterThan(5, index.Shards.Count);

        // A source that finds them gives the same rows in the same order without the model.
        using var again = ActivationSources.Open(options);
        Assert.IsTrue(rows.AsSpan().SequenceEqual(SourceRows.Floats(again, int.MaxValue)));
    }

    [TestMethod]
    public void Read_KeepingEveryToken_GivesARowForEach()
    {
        var options = HarvestJob.Options(_folder);
        options = options with { Harvest = options.Harvest with { Exclusion = TokenExclusion.None } };
        using var source = ActivationSources.Open(options);
        _ = SourceRows.Floats(source, int.MaxValue);
        Assert.AreEqual((source.Counts.Tokens, 0L, 0L), (source.Counts.Rows, source.Counts.FirstPositions, source.Counts.MassiveTokens));
    }

    [TestMethod]
    public void Read_UpToAMaximum_StopsAfterTheWindowThatReachesIt()
    {
        var options = HarvestJob.Options(_folder);
        options = options with { Harvest = options.Harvest with { MaximumTokens = (20 * HarvestJob.Length) + 1 } };
        using var source = ActivationSources.Open(options);
        _ = SourceRows.Floats(source, int.MaxValue);
        Assert.AreEqual(21 * HarvestJob.Length, source.Counts.Tokens);
        Assert.AreEqual(21 * HarvestJob.Length, source.CountTokens());
    }

    [TestMethod]
    public void RestoreState_OverAnotherText_IsRefusedOnceTheDifferenceShows()
    {
        var options = HarvestJob.Options(_folder);
        using var state = new MemoryStream();
        using (var source = ActivationSources.Open(options))
        {
            _ = SourceRows.Floats(source, 2_000);
            source.SaveState(state);
        }

        _folder.Write("text.txt", Encoding.UTF8.GetBytes(HarvestJob.Text(600, seed: 2)));
        state.Position = 0;
        using var other = ActivationSources.Open(options);
        other.RestoreState(state);
        Refusal.Of(() => SourceRows.Floats(other, int.MaxValue), "text.txt", "not the text that the earlier run read");
    }

    [TestMethod]
    public void RestoreState_OfAnotherSiteOrOtherOptions_IsRefused()
    {
        var options = HarvestJob.Options(_folder);
        using var state = new MemoryStream();
        using (var source = ActivationSources.Open(options))
        {
            _ = SourceRows.Floats(source, 100);
            source.SaveState(state);
        }

        foreach (var other in (ActivationSourceOptions[])
        [
            options with { Site = "resid_post.0" },
            options with { Windows = new TokenWindowOptions { Length = 16 } },
            options with { Harvest = new HarvestOptions() },
            options with { ModelFolder = TestModels.Sandbox(Export.Precision.WeightPrecision.Int4) },
        ])
        {
            state.Position = 0;
            using var source = ActivationSources.Open(other);
            Refusal.Of(() => source.RestoreState(state), "another source");
        }
    }

    [TestMethod]
    public void Open_WithWhatDoesNotGoTogether_IsRefused()
    {
        var options = HarvestJob.Options(_folder);
        Refusal.Of(() => Open(options with { Site = "resid_post.7" }), "no site 'resid_post.7'", "resid_post.1");
        Refusal.Of(() => Open(options with { Site = null }), "No site was given", "resid_post.1");
        Refusal.Of(() => Open(options with { ModelFolder = null }), "Name the model folder");
        Refusal.Of(() => Open(options with { ModelFolder = _folder["none"] }), "does not exist");
        Refusal.Of(() => Open(options with { TextPath = _folder.Write("empty.txt", []) }), "empty.txt holds no text");
        Refusal.Of(() => Open(options with { TextPath = "-", Passes = 2 }), "Standard input can be read once only");
        Refusal.Of(() => Open(options with { TextPath = null }), "No activations were named");
        Refusal.Of(() => Open(options with { Cut = SiteCut.Load(TestModels.Sandbox(Export.Precision.WeightPrecision.Int4)) }), "Two models are named", options.ModelFolder!);
        Refusal.Of(() => Open(options with { Harvest = new HarvestOptions { Exclusion = new TokenExclusion(FirstPosition: true, 0.5f) } }), "0.5", "at least 1");
        Refusal.Of(() => Open(options with { Harvest = new HarvestOptions { BatchTokens = 0 } }), "Batches of 0");
        Refusal.Of(() => Open(options with { StoredType = TensorElementType.Int32 }), "cannot be stored as Int32");
        Refusal.Of(() => Open(options with { TextPath = _folder.Write("short.txt", "Tom"u8) }), "fewer than one window of 32");

        static void Open(ActivationSourceOptions options)
        {
            using var source = ActivationSources.Open(options);
            _ = source.Read(new float[source.HiddenSize], CancellationToken.None);
        }
    }

    [TestMethod]
    public void Dispose_BeforeAShardIsWritten_LeavesNoFolder()
    {
        var options = HarvestJob.Options(_folder) with { ShardFolder = _folder["shards"] };
        ActivationSources.Open(options).Dispose();
        Assert.IsFalse(Directory.Exists(_folder["shards"]));
        Directory.CreateDirectory(_folder["shards"]);
        ActivationSources.Open(options).Dispose();
        Assert.IsTrue(Directory.Exists(_folder["shards"]), "a folder that was there before stays");
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(_folder["shards"]));
    }

    [TestMethod]
    public void Read_WhenTheResidualIsNotFinite_NamesSiteWindowAndToken()
    {
        var options = HarvestJob.Options(_folder, sentences: 100);
        var windows = HarvestJob.Windows(options);

        // A token that the first windows do not have, so that the message must name a later one.
        var spoilt = windows.SelectMany(window => window.Ids).First(id => !windows[0].Ids.Contains(id) && !windows[1].Ids.Contains(id));
        var window = Array.FindIndex(windows, candidate => candidate.Ids.Contains(spoilt));
        var folder = DamagedModel.WithNaN(options.ModelFolder!, _folder["damaged"], spoilt);

        // Attention multiplies what is masked by 0, and 0·NaN is NaN: tokens before the spoilt one may be spoilt too.
        using var head = SiteHead.Load(folder, options.Site!);
        var residual = new float[windows[window].Ids.Length * head.HiddenSize];
        head.Run(windows[window].Ids, 1, windows[window].Ids.Length, residual);
        var token = Array.FindIndex(residual, value => !float.IsFinite(value)) / head.HiddenSize;
        using var source = ActivationSources.Open(options with { ModelFolder = folder });
        Refusal.Of(() => SourceRows.Floats(source, int.MaxValue), "not finite", "resid_post.1", $"window {window}, token {token}", "NaN");
        Assert.AreNotEqual(SiteCut.Load(options.ModelFolder!).WeightsFingerprint(), SiteCut.Load(folder).WeightsFingerprint());
    }
}
