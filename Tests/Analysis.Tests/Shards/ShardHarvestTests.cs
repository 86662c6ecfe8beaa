using System.Text;
using System.Text.Json.Nodes;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Export.Precision;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Shards;

[TestClass]
public sealed class ShardHarvestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(TensorElementType.Float32)]
    [DataRow(TensorElementType.Float16)]
    [DataRow(TensorElementType.BFloat16)]
    public void Run_StoresTheRowsOfTheHead_AndWhatIsKnownOfEveryToken(TensorElementType type)
    {
        var options = Options() with { StoredType = type };
        var (expected, first, massive) = HarvestJob.Expected(options);
        var index = ShardHarvest.Run(options);
        var folder = ShardFolder.Open(options.ShardFolder!);
        Assert.IsTrue(index.IsComplete);
        Assert.IsGreaterThan(3, index.Shards.Count);
        Assert.AreEqual((first, massive), ((int)index.Counts.FirstPositions, (int)index.Counts.MassiveTokens));
        var rows = new List<float>();
        var (ids, documents, positions, windows, leftOut) = (new List<long>(), new List<long>(), new List<long>(), new List<long>(), new List<LeftOut>());
        for (var number = 0; number < index.Shards.Count; number++)
        {
            using var shard = folder.OpenShard(number);
            var stored = new float[shard.Entry.Rows * shard.HiddenSize];
            Assert.AreEqual(shard.Entry.Rows, shard.ReadRows(0, stored));
            rows.AddRange(stored);
            ids.AddRange(shard.ReadTokenIds());
            documents.AddRange(shard.ReadDocuments());
            positions.AddRange(shard.ReadPositions());
            windows.AddRange(shard.ReadWindows());
            leftOut.AddRange(shard.ReadLeftOut());
            Assert.IsTrue(shard.ReadRoles().All(role => role == TokenRole.None));
            var half = new float[2 * shard.HiddenSize];
            Assert.AreEqual(2, shard.ReadRows(1, half));
            Assert.AreSequenceEqual(stored[shard.HiddenSize..(3 * shard.HiddenSize)], half);
        }

        var cut = HarvestJob.Windows(options);
        Assert.AreSequenceEqual(cut.SelectMany(window => window.Ids).Select(id => (long)id), ids);
        Assert.AreSequenceEqual(cut.SelectMany(window => window.Documents), documents);
        Assert.AreSequenceEqual(cut.SelectMany(window => Enumerable.Range(0, window.Ids.Length)).Select(position => (long)position), positions);
        Assert.AreSequenceEqual(cut.SelectMany(window => window.Ids.Select(_ => window.Number)), windows);
        Assert.AreEqual((first, massive), (leftOut.Count(why => why == LeftOut.FirstPosition), leftOut.Count(why => why == LeftOut.Massive)));
        Assert.IsTrue(leftOut.Zip(positions).All(pair => pair.First == LeftOut.FirstPosition == (pair.Second == 0)));

        // fp32 to the bit; the others to half a unit in the last of 11 and 8 bits.
        Assert.HasCount(expected.Length, rows);
        var relative = type switch { TensorElementType.Float32 => 0f, TensorElementType.Float16 => 1 / 2048f, _ => 1 / 256f };
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.IsLessThanOrEqualTo(Math.Max(Math.Abs(expected[i]) * relative, relative * 6.2e-5f), Math.Abs(expected[i] - rows[i]));
        }
    }

    [TestMethod]
    public void Run_StoppedAndStartedAgain_GivesTheSameBytes()
    {
        var options = Options();
        ShardHarvest.Run(options with { ShardFolder = _folder["whole"] });
        var runs = 0;
        HarvestProgress reported = default;
        for (var done = false; !done; runs++)
        {
            using var stop = new CancellationTokenSource();
            var before = File.Exists(Path.Combine(options.ShardFolder!, ShardIndex.FileName)) ? ShardIndex.Load(options.ShardFolder!).Counts.Tokens : 0;

            // Longer than a shard of four batches, so that every run adds one.
            var progress = new Seen(value =>
            {
                if (value.TokensThisRun > 6 * 4 * HarvestJob.Length)
                {
                    stop.Cancel();
                }

                Assert.AreEqual(before, value.Tokens - value.TokensThisRun);
                reported = value;
            });
            try
            {
                done = ShardHarvest.Run(options, progress, stop.Token).IsComplete;
            }
            catch (OperationCanceledException)
            {
                // What a killed run leaves: a shard that no index names, and a part under a temporary name.
                Assert.IsFalse(ShardIndex.Load(options.ShardFolder!).IsComplete);
                File.WriteAllText(Path.Combine(options.ShardFolder!, ShardFile.Name(ShardIndex.Load(options.ShardFolder!).Shards.Count)), "half");
                File.WriteAllText(Path.Combine(options.ShardFolder!, ".shard-000009.safetensors.0123.tmp"), "half");
            }
        }

        Assert.IsGreaterThan(2, runs);
        Assert.AreEqual(ShardIndex.Load(options.ShardFolder!).Counts.Tokens, reported.Tokens);
        Assert.AreEqual(reported.Tokens, reported.ExpectedTokens!.Value, HarvestJob.Length);
        var names = Directory.EnumerateFiles(_folder["whole"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToArray();
        Assert.AreSequenceEqual(names, Directory.EnumerateFiles(options.ShardFolder!).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            Assert.AreSequenceEqual(File.ReadAllBytes(Path.Combine(_folder["whole"], name)), File.ReadAllBytes(Path.Combine(options.ShardFolder!, name)), name);
        }
    }

    /// <summary>The disk is full while the second shard, or the index after it, is written: the first stays, the second counts for nothing.</summary>
    [TestMethod]
    public void Run_WhenTheDiskIsFull_KeepsWhatIsWholeAndGoesOnLater()
    {
        var options = Options();
        using (var text = TextHarvest.Open(options, keepTokens: 0, CancellationToken.None))
        {
            var writer = ShardWriter.Open(options.ShardFolder!, text.Job, (path, tensors, metadata) =>
            {
                if (path.EndsWith("shard-000001.safetensors", StringComparison.Ordinal))
                {
                    AtomicFile.Write(path, stream =>
                    {
                        stream.Write(new byte[1000]);
                        throw new IOException("No space left on device");
                    });
                }

                SafetensorsWriter.Write(path, tensors, metadata);
            });
            using var closed = writer;
            Refusal.Of(() => ShardHarvest.Run(text, writer, progress: null, CancellationToken.None), "shard-000001", "No space left on device", "goes on from there");
        }

        var index = ShardFolder.Open(options.ShardFolder!).Index;
        Assert.ContainsSingle(index.Shards);
        Assert.IsFalse(index.IsComplete);
        Assert.AreSequenceEqual(["shard-000000.safetensors", "shards.json"], Directory.EnumerateFiles(options.ShardFolder!).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Refusal.Of(() => ActivationSources.Open(new ActivationSourceOptions { ShardFolder = options.ShardFolder }).Dispose(), "not complete", "same options");
        ShardHarvest.Run(options);
        ShardHarvest.Run(options with { ShardFolder = _folder["whole"] });
        Assert.AreEqual(File.ReadAllText(Path.Combine(_folder["whole"], "shards.json")), File.ReadAllText(Path.Combine(options.ShardFolder!, "shards.json")));
    }

    /// <summary>Two harvests into one folder would each report success over the other's shards.</summary>
    [TestMethod]
    public void Run_BesideALiveOne_IsRefusedByItsOwner()
    {
        var options = Options();
        using (var text = TextHarvest.Open(options, keepTokens: 0, CancellationToken.None))
        using (var live = ShardWriter.Open(options.ShardFolder!, text.Job))
        {
            Refusal.Of(() => ShardHarvest.Run(options), options.ShardFolder!, FormattableString.Invariant($"process {Environment.ProcessId}"), "Wait until it is done");
            Refusal.Of(() => ActivationSources.Open(options).Dispose(), options.ShardFolder!, "Wait until it is done");
        }

        Assert.IsTrue(ShardHarvest.Run(options).IsComplete);
        Assert.IsFalse(Directory.GetFiles(options.ShardFolder!).Any(FolderLock.IsPartOf));
    }

    [TestMethod]
    public void Run_IntoAFolderThatCannotBeWritten_IsRefused()
    {
        var options = Options();
        Refusal.Of(() => ShardHarvest.Run(options with { ShardFolder = Path.Combine(_folder.Write("file", "x"u8), "under") }), "cannot be written");
        Directory.CreateDirectory(_folder["mine"]);
        _folder.Write(Path.Combine("mine", "diary.txt"), "x"u8);
        Refusal.Of(() => ShardHarvest.Run(options with { ShardFolder = _folder["mine"] }), "not empty", "Choose a new folder");
        Assert.IsFalse(File.Exists(_folder["mine", "shards.json"]));
    }

    [TestMethod]
    public void Run_IntoTheFolderOfAnotherHarvest_IsRefusedByName()
    {
        var options = Options();
        ShardHarvest.Run(options);
        Refusal.Of(() => ShardHarvest.Run(options with { Site = "resid_post.0" }), "another harvest", "the site is 'resid_post.1' there and 'resid_post.0' here");
        Refusal.Of(() => ShardHarvest.Run(options with { StoredType = TensorElementType.Float32 }), "the type is 'F16' there and 'F32' here");
        Refusal.Of(() => ShardHarvest.Run(options with { Windows = new TokenWindowOptions { Length = 16 } }), "the cut into windows");
        Refusal.Of(() => ShardHarvest.Run(options with { Harvest = new HarvestOptions() }), "the harvest is");
        Refusal.Of(() => ShardHarvest.Run(options with { ModelFolder = TestModels.Sandbox(WeightPrecision.Int4) }), "the model's fingerprint");

        // Complete and started: the text is compared in both.
        var text = File.ReadAllText(options.TextPath!);
        foreach (var other in (string[])[HarvestJob.Text(600, seed: 2), text + HarvestJob.Text(20), text[..(text.Length / 2)]])
        {
            Refusal.Of(() => ShardHarvest.Run(options with { TextPath = _folder.Write("other.txt", Encoding.UTF8.GetBytes(other)) }), "another text", "other.txt");
            Refusal.Of(() => ReadAll(options with { TextPath = _folder["other.txt"] }), "another text", "other.txt");
        }

        Edit(options.ShardFolder!, index => index["isComplete"] = false);
        _folder.Write("other.txt", Encoding.UTF8.GetBytes(HarvestJob.Text(600, seed: 2)));
        Refusal.Of(() => ShardHarvest.Run(options with { TextPath = _folder["other.txt"] }), "other.txt is not the text that the earlier run read");
        Assert.IsTrue(ShardHarvest.Run(options).IsComplete);
    }

    [TestMethod]
    public void Open_OfShardsOfAnotherModelOrSite_IsRefusedByName()
    {
        var options = Options();
        ShardHarvest.Run(options);
        var shards = new ActivationSourceOptions { ShardFolder = options.ShardFolder };
        ActivationSources.Open(shards with { ModelFolder = options.ModelFolder, Site = "blocks.1.hook_resid_post" }).Dispose();
        ActivationSources.Open(shards with { ModelFolder = TestModels.Sandbox(socketed: true) }).Dispose();
        Refusal.Of(() => ActivationSources.Open(shards with { Site = "resid_post.0" }).Dispose(), "at resid_post.1, not at resid_post.0");

        // Another precision of the same checkpoint reads the same features; only the harvest itself is not continued with it.
        ActivationSources.Open(shards with { ModelFolder = TestModels.Sandbox(WeightPrecision.Int4) }).Dispose();
        Refusal.Of(() => ActivationSources.Open(shards with { ModelFolder = TestModels.Import(TinyCheckpoint.Write(_folder["tiny"])) }).Dispose(), "was harvested from", "into another folder");
        Edit(options.ShardFolder!, index => index["isComplete"] = false);
        Refusal.Of(() => ShardHarvest.Run(options with { ModelFolder = TestModels.Sandbox(WeightPrecision.Int4) }), "the model's fingerprint");
    }

    [TestMethod]
    public void Open_OfShardsThatWereCutAlteredOrExchanged_IsRefusedByName()
    {
        var options = Options();
        ShardHarvest.Run(options);
        var path = Path.Combine(options.ShardFolder!, "shard-000001.safetensors");
        var good = File.ReadAllBytes(path);
        void Refused(byte[] content, params string[] parts)
        {
            File.WriteAllBytes(path, content);
            Refusal.Of(() => ReadAll(new ActivationSourceOptions { ShardFolder = options.ShardFolder, Passes = 1 }), ["shard-000001", .. parts]);
            File.WriteAllBytes(path, good);
        }

        Refused(good[..^1], $"has {good.Length - 1} bytes", "cut short");
        Refused([.. good[..^1], (byte)(good[^1] ^ 1)], "altered", "SHA-256");

        // A shard of another folder, with an index that was made to fit it: the shard's own words tell.
        var other = options with { ShardFolder = _folder["other"], Site = "resid_post.0" };
        var entry = ShardHarvest.Run(other).Shards[1];
        var foreign = File.ReadAllBytes(Path.Combine(other.ShardFolder, "shard-000001.safetensors"));
        Edit(options.ShardFolder!, index =>
        {
            index["shards"]![1]!["sha256"] = entry.Sha256;
            index["shards"]![1]!["bytes"] = entry.Bytes;
            index["shards"]![1]!["rows"] = entry.Rows;
            index["shards"]![1]!["massiveTokens"] = entry.MassiveTokens;
        });
        Refused(foreign, "steering_site is 'resid_post.0' in the shard and 'resid_post.1' in the index");
        File.Delete(path);
        Refusal.Of(() => ReadAll(new ActivationSourceOptions { ShardFolder = options.ShardFolder }), "shard-000001", "is missing");
    }

    [TestMethod]
    public void Index_ThatIsDamaged_IsRefused()
    {
        var options = Options();
        ShardHarvest.Run(options);
        var good = File.ReadAllText(Path.Combine(options.ShardFolder!, "shards.json"));
        void Refused(Action<JsonNode> edit, params string[] parts)
        {
            Edit(options.ShardFolder!, edit);
            Refusal.Of(() => ShardFolder.Open(options.ShardFolder!), ["shards.json", .. parts]);
            File.WriteAllText(Path.Combine(options.ShardFolder!, "shards.json"), good);
        }

        Refused(index => index["formatVersion"] = 2, "format version 2", "reads version 1");
        Refused(index => index["shards"]![0]!["file"] = "../../etc/passwd", "named '../../etc/passwd'");
        Refused(index => index["shards"]![1]!["firstWindow"] = 3, "from 3 on");
        Refused(index => index["shards"]![0]!["rows"] = 1L << 40, "rows");
        Refused(index => index["shards"]![0]!["sha256"] = "ABC", "checksum");
        Refused(index => index["job"]!["hiddenSize"] = 0, "hiddenSize is 0");
        Refused(index => index["job"]!["type"] = "F8", "F32, F16 or BF16");
        Refused(index => index["job"] = null, "no index");
        Refused(index => index["extra"] = 1, "extra");
        Refused(index => index["shards"]!.AsArray().Clear(), "complete without a shard");
        Refusal.Of(() => ShardFolder.Open(_folder["none"]), "does not exist");
        Refusal.Of(() => ShardFolder.Open(_folder.Path), "holds no shards.json");
    }

    [TestMethod]
    public void Read_OfShards_GivesEveryRowOnceInEachPass_AndContinuesBitForBit()
    {
        var options = Options() with { StoredType = TensorElementType.Float32 };
        ShardHarvest.Run(options);
        var shards = new ActivationSourceOptions { ShardFolder = options.ShardFolder, Passes = 2, Seed = 3, BufferRows = 500 };
        using var source = ActivationSources.Open(shards);
        var width = source.HiddenSize;
        var rows = SourceRows.Floats(source, int.MaxValue);
        var expected = HarvestJob.Sorted(HarvestJob.Expected(options).Rows, width);
        CollectionAssert.AreEqual(expected, HarvestJob.Sorted(rows.AsSpan(0, rows.Length / 2), width));
        CollectionAssert.AreEqual(expected, HarvestJob.Sorted(rows.AsSpan(rows.Length / 2), width));
        Assert.IsFalse(rows.AsSpan(0, rows.Length / 2).SequenceEqual(rows.AsSpan(rows.Length / 2)));
        foreach (var before in (int[])[0, 1_234, (rows.Length / width / 2) + 100])
        {
            SourceRows.CheckResume(() => ActivationSources.Open(shards), before);
        }
    }

    [TestMethod]
    [TestCategory("Model")]
    public void Run_OfConversations_KeepsRolesAndOneWindowForEach()
    {
        _folder.Write("chat.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 5).Select(number =>
            $$"""{"messages": [{"role": "user", "content": "What is {{number}} plus {{number}}?"}, {"role": "assistant", "content": "It is {{2 * number}}{{new string('!', number)}}."}]}"""))));
        var options = new ActivationSourceOptions
        {
            ModelFolder = TestModels.SmolLm(),
            Site = "resid_post.3",
            TextPath = _folder["chat.jsonl"],
            Windows = new TokenWindowOptions { Length = 64, Chat = true },
            StoredType = TensorElementType.Float32,
            ShardFolder = _folder["shards"],
        };
        var index = ShardHarvest.Run(options);
        Assert.AreEqual((5L, 5L), (index.Counts.Windows, index.Counts.FirstPositions));
        using var shard = ShardFolder.Open(_folder["shards"]).OpenShard(0);
        var windows = HarvestJob.Windows(options);
        Assert.AreSequenceEqual(windows.SelectMany(window => window.Ids).Select(id => (long)id), shard.ReadTokenIds());
        Assert.AreSequenceEqual(windows.SelectMany(window => window.Roles), shard.ReadRoles());
        Assert.AreSequenceEqual([0L, 1, 2, 3, 4], shard.ReadDocuments().Distinct());
        CollectionAssert.AreEquivalent(new[] { TokenRole.User, TokenRole.Assistant }, shard.ReadRoles().Distinct().ToArray());

        // Windows of different lengths share a pass: filling behind the shorter ones changes nothing.
        using var head = SiteHead.Load(TestModels.SmolLm(), "resid_post.3");
        var stored = new float[shard.Entry.Rows * shard.HiddenSize];
        _ = shard.ReadRows(0, stored);
        var leftOut = shard.ReadLeftOut();
        var (row, token) = (0, 0);
        foreach (var ids in windows.Select(window => window.Ids))
        {
            var alone = new float[ids.Length * head.HiddenSize];
            head.Run(ids, 1, ids.Length, alone);
            for (var position = 0; position < ids.Length; position++, token++)
            {
                if (leftOut[token] == LeftOut.No)
                {
                    for (var i = 0; i < head.HiddenSize; i++)
                    {
                        Assert.AreEqual(alone[(position * head.HiddenSize) + i], stored[(row * head.HiddenSize) + i], 1e-3f);
                    }

                    row++;
                }
            }
        }

        Assert.AreEqual(shard.Entry.Rows, row);
    }

    private static void ReadAll(ActivationSourceOptions options)
    {
        using var source = ActivationSources.Open(options with { BufferRows = 100 });
        _ = SourceRows.Floats(source, 5_000);
    }

    private static void Edit(string folder, Action<JsonNode> edit)
    {
        var path = Path.Combine(folder, "shards.json");
        var index = JsonNode.Parse(File.ReadAllText(path))!;
        edit(index);
        File.WriteAllText(path, index.ToJsonString());
    }

    /// <summary>Shards of sixteen windows in fp16, eight in fp32.</summary>
    private ActivationSourceOptions Options() => HarvestJob.Options(_folder) with { ShardFolder = _folder["shards"], ShardBytes = HarvestJob.ShardBytes };

    private sealed class Seen(Action<HarvestProgress> action) : IProgress<HarvestProgress>
    {
        public void Report(HarvestProgress value) => action(value);
    }
}
