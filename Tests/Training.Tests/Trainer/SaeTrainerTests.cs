using System.Numerics.Tensors;
using Steering.Saes;
using Steering.Training.Activations;
using Steering.Training.Trainer;

namespace Steering.Tests.Training.Trainer;

[TestClass]
public sealed class SaeTrainerTests
{
    private static readonly TrainingOptions Small = new() { LatentCount = 96, K = 3, Tokens = 128 * 600, BatchSize = 128, DeadAfterTokens = 1_280, LearningRate = 0.01 };

    [TestMethod]
    [DataRow(SaeArchitecture.TopK)]
    [DataRow(SaeArchitecture.AbsTopK)]
    [DataRow(SaeArchitecture.BatchTopK)]
    [DataRow(SaeArchitecture.MatryoshkaBatchTopK)]
    public void Step_RowsOfAFewDirections_AreReconstructedByTheAutoencoderThatIsSaved(SaeArchitecture architecture)
    {
        using var source = new MemoryActivationSource(SyntheticRows.Make(4_000, 3, seed: 1), SyntheticRows.Width);
        using var trainer = SaeTrainer.Start(Small with { Architecture = architecture }, source);
        var first = trainer.Step();
        while (!trainer.IsFinished)
        {
            trainer.Step();
        }

        var sae = SparseAutoencoder.Create(trainer.ToParameters());
        var test = SyntheticRows.Make(500, 3, seed: 2);
        var (unexplained, active) = Evaluate(sae, test);
        Assert.IsGreaterThan(0.5, first.FractionUnexplained, "before training the directions are unknown");
        Assert.IsLessThan(architecture == SaeArchitecture.MatryoshkaBatchTopK ? 0.12 : 0.08, unexplained);
        Assert.AreEqual(3, active, 0.6);
    }

    [TestMethod]
    [DataRow(SaeArchitecture.TopK)]
    [DataRow(SaeArchitecture.MatryoshkaBatchTopK)]
    public void Resume_FromACheckpoint_GivesTheBitsOfAnUninterruptedRun(SaeArchitecture architecture)
    {
        using var folder = new TemporaryFolder();
        var options = Small with { Architecture = architecture, Tokens = 128 * 60 };
        var rows = SyntheticRows.Make(1_000, 3, seed: 1);
        var whole = Run(options, rows, folder.Path, stopAfter: null);
        _ = Run(options, rows, Path.Combine(folder.Path, "a"), stopAfter: 17);
        _ = Run(options, rows, Path.Combine(folder.Path, "a"), stopAfter: 41);
        var resumed = Run(options, rows, Path.Combine(folder.Path, "a"), stopAfter: null);
        CollectionAssert.AreEqual(whole.Encoder, resumed.Encoder);
        CollectionAssert.AreEqual(whole.Decoder, resumed.Decoder);
        CollectionAssert.AreEqual(whole.EncoderBias, resumed.EncoderBias);
        CollectionAssert.AreEqual(whole.DecoderBias, resumed.DecoderBias);
        CollectionAssert.AreEqual(whole.Threshold, resumed.Threshold);
        Assert.HasCount(1, Directory.GetDirectories(Path.Combine(folder.Path, "a")), "older checkpoints go");
    }

    [TestMethod]
    public void Resume_WithOtherOptions_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var rows = SyntheticRows.Make(1_000, 3, seed: 1);
        _ = Run(Small with { Tokens = 1_280 }, rows, folder.Path, stopAfter: 3);
        Refusal.Of(() => Run(Small with { Tokens = 1_280, K = 4 }, rows, folder.Path, stopAfter: null), "other options");
    }

    [TestMethod]
    public void Step_AfterTheLastActivation_SaysHowManyThereWere()
    {
        using var source = new MemoryActivationSource(SyntheticRows.Make(200, 3, seed: 1), SyntheticRows.Width, epochs: 1);
        using var trainer = SaeTrainer.Start(Small, source);
        trainer.Step();
        Refusal.Of(() => trainer.Step(), "ended after 200 tokens");
    }

    [TestMethod]
    public void Step_ActivationThatIsNotFinite_StopsAndLeavesTheWeights()
    {
        using var source = new SpoiltSource(new MemoryActivationSource(SyntheticRows.Make(1_000, 3, seed: 1), SyntheticRows.Width), spoiltRead: 2);
        using var trainer = SaeTrainer.Start(Small, source);
        trainer.Step();
        var before = trainer.ToParameters();
        Refusal.Of(() => trainer.Step(), "is not finite");
        CollectionAssert.AreEqual(before.Encoder, trainer.ToParameters().Encoder);
        CollectionAssert.AreEqual(before.DecoderBias, trainer.ToParameters().DecoderBias);
    }

    [TestMethod]
    [DataRow("K", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 9}")]
    [DataRow("K", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 2.5}")]
    [DataRow("Prefixes", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 2, \"prefixes\": [4, 8]}")]
    [DataRow("Prefixes", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 2, \"architecture\": \"matryoshkaBatchTopK\", \"prefixes\": [4, 7]}")]
    [DataRow("LearningRate", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 2, \"learningRate\": 0}")]
    [DataRow("Architecture", "{\"latentCount\": 8, \"tokens\": 100, \"k\": 2, \"architecture\": \"matchingPursuit\"}")]
    public void Start_OptionThatCannotBe_IsRefusedByName(string name, string json)
    {
        var options = TrainingOptionsJson.Parse("options.json", System.Text.Encoding.UTF8.GetBytes(json));
        using var source = new MemoryActivationSource(SyntheticRows.Make(100, 3, seed: 1), SyntheticRows.Width);
        Refusal.Of(() => SaeTrainer.Start(options, source).Dispose(), $"option {name} ");
    }

    [TestMethod]
    public void Parse_UnknownKey_IsRefusedByName() =>
        Refusal.Of(() => TrainingOptionsJson.Parse("o.json", "{\"latentCount\": 8, \"tokens\": 1, \"learningrat\": 1}"u8.ToArray()), "learningrat");

    private static SaeParameters Run(TrainingOptions options, float[] rows, string checkpoints, int? stopAfter)
    {
        using var source = new MemoryActivationSource(rows, SyntheticRows.Width, seed: 7);
        using var trainer = TrainingCheckpoint.Resume(checkpoints, options, source) ?? SaeTrainer.Start(options, source);
        while (!trainer.IsFinished && trainer.StepsDone != stopAfter)
        {
            trainer.Step();
        }

        if (stopAfter is not null)
        {
            TrainingCheckpoint.Save(trainer, checkpoints);
        }

        return trainer.ToParameters();
    }

    private static (double Unexplained, double Active) Evaluate(SparseAutoencoder sae, float[] rows)
    {
        var width = SyntheticRows.Width;
        var count = rows.Length / width;
        var code = new float[count * sae.LatentCount];
        var back = new float[rows.Length];
        sae.Encode(rows, count, code);
        sae.Decode(code, rows, count, back);
        var mean = new float[width];
        for (var row = 0; row < count; row++)
        {
            TensorPrimitives.MultiplyAdd(rows.AsSpan(row * width, width), 1f / count, mean, mean);
        }

        double error = 0, total = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            error += Math.Pow(rows[i] - back[i], 2);
            total += Math.Pow(rows[i] - mean[i % width], 2);
        }

        return (error / total, code.Count(value => value != 0) / (double)count);
    }

    private sealed class SpoiltSource(IActivationSource inner, int spoiltRead) : IActivationSource
    {
        private int _reads;

        public int HiddenSize => inner.HiddenSize;

        public int Peek(Span<float> rows, CancellationToken cancellationToken) => inner.Peek(rows, cancellationToken);

        public int Read(Span<float> rows, CancellationToken cancellationToken)
        {
            var read = inner.Read(rows, cancellationToken);
            rows[5] = ++_reads == spoiltRead ? float.NaN : rows[5];
            return read;
        }

        public void SaveState(Stream destination) => inner.SaveState(destination);

        public void RestoreState(Stream source) => inner.RestoreState(source);

        public void Dispose() => inner.Dispose();
    }
}
