using System.Text.Json;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>What is written is read back with the same bits; what SAELens 6 needs stands in the files.</summary>
[TestClass]
public sealed class SaeLensFolderWriterTests
{
    [TestMethod]
    public void Write_OfEveryOracleFolder_ReadsBackWithTheSameBitsAndActivations()
    {
        foreach (var folder in OracleFolder.Cases(SaeLensFolder.ConfigName, "saes").Concat(OracleFolder.Cases(SaeLensFolder.ConfigName, "sae-flags")))
        {
            using var temporary = new TemporaryFolder();
            var read = SaeLensFolder.ReadParameters(folder);
            var before = SaeParameterComparison.Copy(read);

            SaeLensFolderWriter.Write(temporary["out"], read);
            SaeParameterComparison.AreSame(before, read, $"{folder}: the writer's input");
            SaeParameterComparison.AreSame(before, SaeLensFolder.ReadParameters(temporary["out"]), folder);

            using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
            var x = oracle.ReadFloat32("x");
            CollectionAssert.AreEqual(Encode(SaeLensFolder.Load(folder), x), Encode(SaeLensFolder.Load(temporary["out"]), x), folder);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Write_OfEveryKindAndFlag_ReadsBackWithTheSameBits(SaeParameters parameters)
    {
        using var temporary = new TemporaryFolder();
        SaeLensFolderWriter.Write(temporary["out"], parameters);
        SaeParameterComparison.AreSame(parameters, SaeLensFolder.ReadParameters(temporary["out"]), parameters.Source);
    }

    [TestMethod]
    [DataRow(SaeArchitecture.BatchTopK, false)]
    [DataRow(SaeArchitecture.BatchTopK, true)]
    [DataRow(SaeArchitecture.MatryoshkaBatchTopK, true)]
    public void Write_OfBatchTopK_StoresTheJumpReluThatComputesTheSame(SaeArchitecture architecture, bool rescale)
    {
        using var temporary = new TemporaryFolder();
        var parameters = SaeReference.Random(architecture, 3) with { RescaleByDecoderNorm = rescale };
        var x = Numbers.Normal(9, 20 * parameters.HiddenSize, 2);
        SaeLensFolderWriter.Write(temporary["out"], parameters);

        var config = JsonElement.Parse(File.ReadAllBytes(temporary["out", SaeLensFolder.ConfigName]));
        Assert.AreEqual("jumprelu", config.GetProperty("architecture").GetString());
        Assert.AreEqual(architecture == SaeArchitecture.BatchTopK ? "batchtopk" : "matryoshka_batchtopk", config.GetProperty("metadata").GetProperty("training_architecture").GetString());
        var stored = SaeLensFolder.Load(temporary["out"]);
        Assert.IsLessThanOrEqualTo(1e-5, Numbers.RelativeError(Encode(SparseAutoencoder.Create(SaeParameterComparison.Copy(parameters)), x), Encode(stored, x)));
    }

    [TestMethod]
    public void Write_KeepsWhereItBelongsAndHowItWasTrained()
    {
        using var temporary = new TemporaryFolder();
        var summary = new SaeTrainingSummary { Kind = "topk", Tool = "a test", Tokens = 614400, Fvu = 0.15, L0 = 31.5, DeadShare = 0.01, DeadDefinition = "none in 10M tokens", Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = "ü" } };
        var parameters = SaeReference.Random(SaeArchitecture.TopK, 4) with { ModelName = "tiny", HookName = "blocks.3.hook_resid_post", ModelSha256 = new string('a', 64) };
        SaeLensFolderWriter.Write(temporary["out"], parameters, summary);

        var read = SaeLensFolder.ReadParameters(temporary["out"]);
        Assert.AreEqual(("tiny", "blocks.3.hook_resid_post", new string('a', 64)), (read.ModelName, read.HookName, read.ModelSha256));
        Assert.AreEqual(summary.ToJson(), read.Training!.ToJson());

        // SAELens 6 takes a file without a version, or with one below 6, for the flat layout before it.
        var config = JsonElement.Parse(File.ReadAllBytes(temporary["out", SaeLensFolder.ConfigName]));
        Assert.AreEqual("6.0.0", config.GetProperty("metadata").GetProperty("sae_lens_version").GetString());
        using var weights = SafetensorsFile.Open(temporary["out", SaeLensFolder.WeightsName]);
        Assert.AreSequenceEqual(new long[] { parameters.HiddenSize, parameters.LatentCount }, weights.Describe("W_enc").Shape);
    }

    [TestMethod]
    public void Write_OverAnotherFolder_ReplacesOnlyAnAutoencoderAndOnlyWhenAsked()
    {
        using var temporary = new TemporaryFolder();
        var first = SaeReference.Random(SaeArchitecture.Standard, 5);
        var second = SaeReference.Random(SaeArchitecture.JumpRelu, 6);
        SaeLensFolderWriter.Write(temporary["out"], first);
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], second), "exists and is not empty");
        SaeParameterComparison.AreSame(first, SaeLensFolder.ReadParameters(temporary["out"]), "after the refusal");

        SaeLensFolderWriter.Write(temporary["out"], second, overwrite: true);
        SaeParameterComparison.AreSame(second, SaeLensFolder.ReadParameters(temporary["out"]), "after the replacement");

        Directory.CreateDirectory(temporary["other"]);
        temporary.Write(Path.Combine("other", "letter.txt"), "keep me"u8);
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["other"], second, overwrite: true), "something other than a SAELens folder");
        Assert.IsTrue(File.Exists(temporary["other", "letter.txt"]));
        Assert.HasCount(2, Directory.GetFileSystemEntries(temporary.Path));
    }

    [TestMethod]
    public void Write_OfWhatCannotBeAnAutoencoder_IsRefusedAndLeavesNothing()
    {
        using var temporary = new TemporaryFolder();
        var good = SaeReference.Random(SaeArchitecture.TopK, 7);
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], good with { K = 0 }), "k is 0");
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], good with { EncoderBias = [] }), "encoder bias");
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], good with { DecoderBias = [.. good.DecoderBias[1..], float.NaN] }), "decoder bias", "finite");
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], good with { ActivationScale = 2, Normalisation = InputNormalisation.LayerNorm }), "fold the scale");
        Refusal.Of(() => SaeLensFolderWriter.Write(temporary["out"], good, new SaeTrainingSummary { Fvu = double.NaN }), "Fvu is NaN");
        Assert.IsEmpty(Directory.GetFileSystemEntries(temporary.Path));
    }

    private static IEnumerable<SaeParameters> Variants()
    {
        foreach (var architecture in Enum.GetValues<SaeArchitecture>().Where(kind => kind is not (SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK)))
        {
            var plain = SaeReference.Random(architecture, (int)architecture, d: 12, latents: 30);
            var ranked = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
            yield return plain with { ApplyDecoderBiasToInput = false };
            yield return plain with { Normalisation = InputNormalisation.LayerNorm };
            yield return plain with { Normalisation = InputNormalisation.ConstantNorm, RescaleByDecoderNorm = ranked };
            if (architecture != SaeArchitecture.MatchingPursuit)
            {
                yield return plain with { ActivationScale = 0.37f, DecoderGain = Numbers.Normal(40, 30) };
            }
            else
            {
                yield return plain with { MaxIterations = 5, ResidualThreshold = 0.125f, StopOnDuplicateSupport = false };
            }
        }
    }

    private static float[] Encode(SparseAutoencoder autoencoder, float[] x)
    {
        var tokens = x.Length / autoencoder.HiddenSize;
        var activations = new float[tokens * autoencoder.LatentCount];
        autoencoder.Encode(x, tokens, activations);
        return activations;
    }
}
