using Steering.Analysis.Sources;
using Steering.Saes;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

namespace Steering.Tests.Training.Trainer;

/// <summary>Runs of one and of several autoencoders: interrupted, continued, refused.</summary>
[TestClass]
public sealed class TrainingRunTests
{
    private static readonly float[] Rows = SyntheticRows.Make(1_000, 3, seed: 1);

    [TestMethod]
    [DataRow("topk")]
    [DataRow("matryoshka")]
    [DataRow("relu")]
    [DataRow("gated")]
    [DataRow("jumprelu")]
    public void Complete_InterruptedTwice_GivesTheBitsOfAnUninterruptedRun(string kind)
    {
        using var folder = new TemporaryFolder();
        TrainingMember[] members = [new("sae", SaeTrainerTests.Small(kind) with { Tokens = 128 * 60 })];
        var whole = Run(members, folder["whole"])[0];
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(members, folder["parts"], stopAfter: 17));
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(members, folder["parts"], stopAfter: 41, resume: true));
        AreSame(whole, Run(members, folder["parts"], resume: true)[0]);
        Assert.HasCount(1, Directory.GetDirectories(folder["parts"], "step-*"), "older checkpoints go");
        Assert.AreSequenceEqual(Timeless(folder["whole", "sae", "training.jsonl"]), Timeless(folder["parts", "sae", "training.jsonl"]));
    }

    [TestMethod]
    public void Complete_KilledBetweenCheckpoints_RepeatsFromTheLast()
    {
        using var folder = new TemporaryFolder();
        TrainingMember[] members = [new("sae", SaeTrainerTests.Small("topk") with { Tokens = 128 * 60 })];
        var whole = Run(members, folder["whole"])[0];

        // What a kill leaves: the checkpoint of step 20, log lines beyond it, a checkpoint that was being written.
        using (var source = Source())
        using (var run = TrainingRun.Open(members, source, folder["killed"], resume: false))
        {
            Assert.ThrowsExactly<InvalidOperationException>(() => run.Complete(20, new Watch(_ => run.Trainers[0].StepsDone == 33)));
        }

        Directory.CreateDirectory(folder["killed", "step-000000040.partial"]);
        Assert.HasCount(33, File.ReadAllLines(folder["killed", "sae", "training.jsonl"]));
        AreSame(whole, Run(members, folder["killed"], resume: true)[0]);
        Assert.HasCount(60, File.ReadAllLines(folder["killed", "sae", "training.jsonl"]));
    }

    [TestMethod]
    public void Complete_SeveralMembers_GivesEachWhatItGetsAlone()
    {
        using var folder = new TemporaryFolder();
        TrainingMember[] members =
        [
            new("narrow", SaeTrainerTests.Small("topk") with { Tokens = 128 * 40 }),
            new("wide", SaeTrainerTests.Small("batchtopk") with { Tokens = 128 * 40, LatentCount = 160 }),
            new("penalised", SaeTrainerTests.Small("jumprelu") with { Tokens = 128 * 40, LearningRate = 0.003 }),
        ];
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(members, folder["all"], stopAfter: 11));
        var together = Run(members, folder["all"], resume: true);
        for (var i = 0; i < members.Length; i++)
        {
            AreSame(Run([members[i]], folder["alone" + i])[0], together[i]);
        }
    }

    [TestMethod]
    public void Open_OtherOptionsOrMembers_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var options = SaeTrainerTests.Small("topk") with { Tokens = 1_280 };
        _ = Run([new("sae", options)], folder["run"]);
        Refusal.Of(() => Run([new("sae", options with { Autoencoder = new TopKSettings { K = 4 } })], folder["run"], resume: true), "other options", "\"k\":3", "\"k\":4");
        Refusal.Of(() => Run([new("other", options)], folder["run"], resume: true), "holds sae", "asked for: other");
        Refusal.Of(() => Run([new("sae", options)], folder["run"]), "holds a run already", "--resume");
    }

    [TestMethod]
    public void Open_CheckpointThatIsDamaged_IsRefusedByItsFile()
    {
        using var folder = new TemporaryFolder();
        TrainingMember[] members = [new("sae", SaeTrainerTests.Small("topk") with { Tokens = 1_280 })];
        _ = Run(members, folder["run"]);
        var path = Path.Combine(Directory.GetDirectories(folder["run"], "step-*").Single(), "sae.safetensors");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Refusal.Of(() => Run(members, folder["run"], resume: true), "sae.safetensors");
    }

    [TestMethod]
    public void Open_MembersThatCannotShareAStream_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var options = SaeTrainerTests.Small("topk");
        Refusal.Of(() => Run([], folder["a"]), "at least one");
        Refusal.Of(() => Run([new("a", options), new("b", options with { BatchSize = 64 })], folder["a"]), "'a' has 128", "'b' 64");
        Refusal.Of(() => Run([new("a", options), new("A", options)], folder["a"]), "the name 'A'");
        Refusal.Of(() => Run([new("../a", options)], folder["a"]), "'../a' cannot name");
    }

    [TestMethod]
    public void Complete_AfterTheLastActivation_SaysHowManyThereWere()
    {
        using var folder = new TemporaryFolder();
        using var source = new MemoryActivationSource(SyntheticRows.Make(200, 3, seed: 1), SyntheticRows.Width, epochs: 1);
        using var run = TrainingRun.Open([new("sae", SaeTrainerTests.Small("topk"))], source, folder["run"], resume: false);
        Refusal.Of(() => run.Complete(), "ended after 200 tokens", "76800 were asked for");
    }

    /// <summary>A second run in the folder would write over the first one's log and checkpoints.</summary>
    [TestMethod]
    public void Open_BesideALiveRun_IsRefusedByItsOwner_AndTheLiveRunGoesOn()
    {
        using var folder = new TemporaryFolder();
        TrainingMember[] members = [new("sae", SaeTrainerTests.Small("topk") with { Tokens = 128 * 20 })];
        using (var source = Source())
        using (var live = TrainingRun.Open(members, source, folder["run"], resume: false))
        {
            foreach (var resume in (bool[])[false, true])
            {
                Refusal.Of(() => Run(members, folder["run"], resume: resume), folder["run"], FormattableString.Invariant($"process {Environment.ProcessId}"), "Wait until it is done");
            }

            live.Complete();
        }

        Assert.AreEqual(20, TrainingRun.StepsKept(folder["run"]));
        Assert.IsNull(TrainingRun.StepsKept(folder["none"]));
        Run(members, folder["run"], resume: true);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path), "the lock goes with the run");
    }

    private static TrainingStep[] Timeless(string log) => [.. TrainingLogReader.Read(log).Select(step => step with { Seconds = 0 })];

    private static MemoryActivationSource Source() => new(Rows, SyntheticRows.Width, seed: 7);

    private static SaeParameters[] Run(TrainingMember[] members, string folder, int? stopAfter = null, bool resume = false)
    {
        using var source = Source();
        using var cancel = new CancellationTokenSource();
        using var run = TrainingRun.Open(members, source, folder, resume, CancellationToken.None);
        run.Complete(progress: new Watch(steps =>
        {
            if (steps[0].Step == stopAfter)
            {
                cancel.Cancel();
            }

            return false;
        }), cancellationToken: cancel.Token);
        return [.. run.Trainers.Select(trainer => trainer.ToParameters())];
    }

    private static void AreSame(SaeParameters expected, SaeParameters actual)
    {
        CollectionAssert.AreEqual(expected.Encoder, actual.Encoder);
        CollectionAssert.AreEqual(expected.Decoder, actual.Decoder);
        CollectionAssert.AreEqual(expected.EncoderBias, actual.EncoderBias);
        CollectionAssert.AreEqual(expected.DecoderBias, actual.DecoderBias);
        CollectionAssert.AreEqual(expected.Threshold, actual.Threshold);
        CollectionAssert.AreEqual(expected.GateBias, actual.GateBias);
        CollectionAssert.AreEqual(expected.MagnitudeLogScale, actual.MagnitudeLogScale);
    }

    private sealed class Watch(Func<IReadOnlyList<TrainingStep>, bool> fails) : IProgress<IReadOnlyList<TrainingStep>>
    {
        public void Report(IReadOnlyList<TrainingStep> value)
        {
            if (fails(value))
            {
                throw new InvalidOperationException("killed");
            }
        }
    }
}
