using System.Globalization;
using System.Numerics.Tensors;
using System.Text;
using Steering.Saes;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

namespace Steering.Tests.Training.Trainer;

/// <summary>Every kind, trained on rows of known directions.</summary>
[TestClass]
public sealed class SaeTrainerTests
{
    private const int Active = 3;

    [TestMethod]
    [DataRow("topk", 0.08)]
    [DataRow("abstopk", 0.08)]
    [DataRow("batchtopk", 0.08)]
    [DataRow("matryoshka", 0.12)]
    public void Step_KindThatKeepsK_ReconstructsWithThatMany(string kind, double bound)
    {
        var options = Small(kind);
        var (unexplained, active) = Train(options, out var first);

        Assert.IsGreaterThan(0.5, first.FractionUnexplained, "before training the directions are unknown");
        Assert.IsLessThan(bound, unexplained);
        Assert.AreEqual(Active, active, 0.6);
    }

    [TestMethod]
    [DataRow("relu", 0.45)]
    [DataRow("gated", 0.15)]
    [DataRow("jumprelu", 0.15)]
    public void Step_KindWithAPenalty_ComesToTheTarget(string kind, double bound)
    {
        var (unexplained, active) = Train(Small(kind), out _);

        Assert.AreEqual(Active, active, 0.1 * Active);
        Assert.IsLessThan(bound, unexplained);
    }

    [TestMethod]
    public void Step_WithoutAnUnitNormDecoder_TrainsByAutograd()
    {
        var (unexplained, active) = Train(Small("topk") with { Autoencoder = new TopKSettings { K = Active, UnitNormDecoder = false, RescaleByDecoderNorm = true, Normalisation = InputNormalisation.LayerNorm } }, out _);

        Assert.IsLessThan(0.12, unexplained);
        Assert.AreEqual(Active, active, 0.6);
    }

    [TestMethod]
    public void Step_SparseAndDense_GoTheSameWay()
    {
        // The form of the auxiliary loss decides who computes; without one both minimise the same.
        var sparse = new TopKSettings { K = Active, Auxiliary = new AuxiliarySettings { Coefficient = 0 } };
        var dense = sparse with { Auxiliary = new AuxiliarySettings { Coefficient = 0, Form = AuxiliaryForm.SaeLens } };
        var rows = SyntheticRows.Make(1_000, Active, seed: 1);
        using var one = SaeTrainer.Start(Small("topk") with { Autoencoder = sparse }, rows, SyntheticRows.Width);
        using var other = SaeTrainer.Start(Small("topk") with { Autoencoder = dense }, rows, SyntheticRows.Width);
        for (var step = 0; step < 5; step++)
        {
            var batch = rows.AsSpan(step * 128 * SyntheticRows.Width, 128 * SyntheticRows.Width);
            var (a, b) = (one.Step(batch), other.Step(batch));
            Assert.AreEqual(a.Loss, b.Loss, 1e-4 * a.Loss);
            Assert.AreEqual(a.GradientNorm, b.GradientNorm, 1e-4 * a.GradientNorm);
        }

        var (weights, others) = (one.ToParameters(), other.ToParameters());
        Assert.IsLessThan(1e-3, weights.Encoder.Zip(others.Encoder, (a, b) => Math.Abs(a - b)).Max());
        Assert.IsLessThan(1e-3, weights.Decoder.Zip(others.Decoder, (a, b) => Math.Abs(a - b)).Max());
    }

    [TestMethod]
    [DataRow(50, true)]
    [DataRow(0, false)]
    public void Step_LatentsThatCannotFire_AreResampled(int every, bool revived)
    {
        const int Silenced = 30;
        var rows = SyntheticRows.Make(128 * 8, Active, seed: 1);
        using var trainer = SaeTrainer.Start(Small("relu") with { ResampleSteps = every }, rows, SyntheticRows.Width);
        _ = trainer.Weights.EncoderBias!.narrow(0, 0, Silenced).detach().fill_(-1e3f);
        for (var step = 0; step <= 50; step++)
        {
            trainer.Step(rows.AsSpan(step % 8 * 128 * SyntheticRows.Width, 128 * SyntheticRows.Width));
        }

        var biases = trainer.ToParameters().EncoderBias[..Silenced];
        Assert.IsTrue(revived ? biases.All(bias => Math.Abs(bias) < 0.1f) : biases.All(bias => bias < -999));
    }

    [TestMethod]
    public void Step_ActivationThatIsNotFinite_StopsAndLeavesTheWeights()
    {
        var rows = SyntheticRows.Make(256, Active, seed: 1);
        using var trainer = SaeTrainer.Start(Small("topk"), rows, SyntheticRows.Width);
        trainer.Step(rows.AsSpan(0, 128 * SyntheticRows.Width));
        var before = trainer.ToParameters();
        rows[(130 * SyntheticRows.Width) + 5] = float.NaN;
        Refusal.Of(() => trainer.Step(rows.AsSpan(128 * SyntheticRows.Width)), "activation 130 is not finite", "step 2");
        CollectionAssert.AreEqual(before.Encoder, trainer.ToParameters().Encoder);
        CollectionAssert.AreEqual(before.DecoderBias, trainer.ToParameters().DecoderBias);
    }

    [TestMethod]
    [DataRow("k is 9", """{"latentCount": 8, "tokens": 100, "autoencoder": {"kind": "topk", "k": 9}}""")]
    [DataRow("k is 2.5", """{"latentCount": 8, "tokens": 100, "autoencoder": {"k": 2.5, "kind": "topk"}}""")]
    [DataRow("prefixes 4, 9", """{"latentCount": 8, "tokens": 100, "autoencoder": {"kind": "matryoshka", "k": 2, "widths": [4, 9]}}""")]
    [DataRow("option LearningRate ", """{"latentCount": 8, "tokens": 100, "learningRate": 0, "autoencoder": {"kind": "topk", "k": 2}}""")]
    [DataRow("option TargetL0 ", """{"latentCount": 8, "tokens": 100, "targetL0": 4, "autoencoder": {"kind": "topk", "k": 2}}""")]
    [DataRow("option ResampleSteps ", """{"latentCount": 8, "tokens": 100, "resampleSteps": 4, "autoencoder": {"kind": "topk", "k": 2}}""")]
    [DataRow("option TargetL0 ", """{"latentCount": 8, "tokens": 100, "targetL0": 40, "autoencoder": {"kind": "relu"}}""")]
    [DataRow("option Initialisation.DecoderNorm ", """{"latentCount": 8, "tokens": 100, "initialisation": {"decoderNorm": 0.5}, "autoencoder": {"kind": "topk", "k": 2}}""")]
    public void Start_OptionThatCannotBe_IsRefusedByName(string said, string json)
    {
        var options = TrainingOptionsJson.Parse("options.json", Encoding.UTF8.GetBytes(json));
        Refusal.Of(() => SaeTrainer.Start(options, SyntheticRows.Make(100, Active, seed: 1), SyntheticRows.Width).Dispose(), said);
    }

    [TestMethod]
    [DataRow("learningrat", """{"latentCount": 8, "tokens": 1, "learningrat": 1}""")]
    [DataRow("penality", """{"latentCount": 8, "tokens": 1, "autoencoder": {"kind": "jumprelu", "penality": 1}}""")]
    [DataRow("moetopk", """{"latentCount": 8, "tokens": 1, "autoencoder": {"kind": "moetopk"}}""")]
    [DataRow("autoencoder", """{"latentCount": 8, "tokens": 1, "autoencoder": null}""")]
    [DataRow("latentCount", """{"tokens": 1}""")]
    public void Parse_KeyOrKindThatIsNot_IsRefusedByName(string said, string json) =>
        Refusal.Of(() => TrainingOptionsJson.Parse("o.json", Encoding.UTF8.GetBytes(json)), said);

    [TestMethod]
    public void Json_OfEveryKind_ReadsBack()
    {
        foreach (var name in SaeKinds.Names)
        {
            var options = new TrainingOptions { LatentCount = 8, Tokens = 100, Autoencoder = SaeKinds.Default(name), TargetL0 = 3 };
            var json = TrainingOptionsJson.Serialize(options);
            Assert.AreEqual(json, TrainingOptionsJson.Serialize(TrainingOptionsJson.Parse("o.json", Encoding.UTF8.GetBytes(json))));
            Assert.AreEqual(name, SaeKinds.NameOf(options.Autoencoder));
        }
    }

    internal static TrainingOptions Small(string kind)
    {
        var settings = SaeKinds.Default(kind);
        return new TrainingOptions
        {
            Autoencoder = settings is RankedSettings ranked ? ranked with { K = Active } : settings,
            LatentCount = 96,
            Tokens = 128 * 600,
            BatchSize = 128,
            DeadAfterTokens = 1_280,
            LearningRate = 0.01,
            TargetL0 = settings is RankedSettings ? null : Active,
        };
    }

    private static (double Unexplained, double Active) Train(TrainingOptions options, out TrainingStep first)
    {
        var rows = SyntheticRows.Make(128 * 32, Active, seed: 1);
        using var trainer = SaeTrainer.Start(options, rows, SyntheticRows.Width);
        first = trainer.Step(rows.AsSpan(0, 128 * SyntheticRows.Width));
        while (!trainer.IsFinished)
        {
            trainer.Step(rows.AsSpan((int)(trainer.StepsDone % 32) * 128 * SyntheticRows.Width, 128 * SyntheticRows.Width));
        }

        var result = Evaluate(SparseAutoencoder.Create(trainer.ToParameters()), SyntheticRows.Make(1_000, Active, seed: 2));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{SaeKinds.NameOf(options.Autoencoder)}: FVU {result.Unexplained:F4}, L0 {result.Active:F2}"));
        return result;
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
}
