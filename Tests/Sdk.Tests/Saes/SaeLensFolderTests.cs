using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

[TestClass]
public class SaeLensFolderTests
{
    private static readonly float[] Some = [1, 0, 2, 0, 0, 3];

    [TestMethod]
    public void Load_OfAVersionSixFolder_TellsWhatItIs()
    {
        var autoencoder = new SaeFolderBuilder("topk").Load();
        Assert.AreEqual(SaeArchitecture.TopK, autoencoder.Architecture);
        Assert.AreEqual((4, 6, 2), (autoencoder.HiddenSize, autoencoder.LatentCount, autoencoder.K));
        Assert.AreEqual("resid_post.3", autoencoder.Site);
        Assert.AreEqual("tiny", autoencoder.ModelName);
        Assert.IsNull(autoencoder.MaxActivation(0));
    }

    [TestMethod]
    public void Load_OfTheFlatLayout_FollowsTheRulesForMissingKeys()
    {
        // Without architecture: standard; without apply_b_dec_to_input: true; without normalize_activations: none.
        var flat = new JsonObject
        {
            ["model_name"] = "gpt2-small",
            ["hook_point"] = "blocks.8.hook_resid_pre",
            ["hook_point_layer"] = 8,
            ["hook_point_head_index"] = null,
            ["d_in"] = 4,
            ["d_sae"] = 6,
            ["dtype"] = "torch.float32",
            ["l1_coefficient"] = 8e-5,
            ["expansion_factor"] = 32,
            ["from_pretrained_path"] = null,
        };
        var builder = new SaeFolderBuilder();
        var expected = builder.Encode();
        using var folder = new TemporaryFolder();
        var autoencoder = SaeLensFolder.Load(builder.Write(folder, flat.ToJsonString()));
        Assert.AreEqual(SaeArchitecture.Standard, autoencoder.Architecture);
        Assert.AreEqual("resid_post.7", autoencoder.Site);
        Assert.AreEqual("gpt2-small", autoencoder.ModelName);
        var activations = new float[6];
        autoencoder.Encode([-1.5f, 2, -0.75f, -3], 1, activations);
        CollectionAssert.AreEqual(expected, activations);
    }

    [TestMethod]
    public void Load_OfTheFlatLayoutWithTopK_ReadsKFromTheActivationsArguments()
    {
        var expected = new SaeFolderBuilder("topk").Encode();
        Assert.AreEqual(2, expected.Count(value => value > 0), "the token must fill both places for the test to mean something");
        var flat = new SaeFolderBuilder("topk").Without("architecture").Without("k").With("activation_fn_str", "topk").With("activation_fn_kwargs", new JsonObject { ["k"] = 2 });
        CollectionAssert.AreEqual(expected, flat.Encode());
    }

    [TestMethod]
    public void Load_OfTrainingFormThresholds_EqualsTheSavedForm()
    {
        var saved = new SaeFolderBuilder("jumprelu");
        var training = new SaeFolderBuilder("jumprelu").Without("threshold").Set("log_threshold", [6], [.. saved["threshold"].Select(value => MathF.Log(value))]);
        CollectionAssert.AreEqual(saved.Load().Row(2).Read, training.Load().Row(2).Read);
        Assert.AreEqual(0.3f, training.Load().Row(2).Threshold, 1e-6f);

        var batch = new SaeFolderBuilder("batchtopk").With("k", 2.5).Without("threshold").Set("topk_threshold", [], [0.45f]);
        Assert.AreEqual(0.45f, batch.Load().Row(4).Threshold);
        Assert.AreEqual(SaeArchitecture.MatryoshkaBatchTopK, new SaeFolderBuilder("matryoshka_batchtopk").Load().Architecture);
    }

    [TestMethod]
    public void FineTuningScalingFactor_MultipliesTheDecoderOnly()
    {
        float[] factor = [2, 3, 4, 5, 6, 7];
        var plain = new SaeFolderBuilder();
        var scaled = new SaeFolderBuilder().With("finetuning_scaling_factor", true).Set("finetuning_scaling_factor", [6], factor);
        CollectionAssert.AreEqual(plain.Encode(), scaled.Encode());
        Close(plain.Decode([.. Some.Zip(factor, (value, by) => value * by)]), scaled.Decode(Some));

        var leftover = new SaeFolderBuilder().Set("scaling_factor", [6], [1, 1, 1, 1, 1, 1]);
        Close(plain.Decode(Some), leftover.Decode(Some));
    }

    [TestMethod]
    public void ExpectedAverage_WithItsFactor_EqualsTheFoldedAutoencoder()
    {
        const float Factor = 0.25f;
        var folded = new SaeFolderBuilder();
        folded.Set("W_enc", [4, 6], [.. folded["W_enc"].Select(value => value * Factor)]);
        folded.Set("W_dec", [6, 4], [.. folded["W_dec"].Select(value => value / Factor)]);
        folded.Set("b_dec", [4], [.. folded["b_dec"].Select(value => value / Factor)]);
        var byKey = new SaeFolderBuilder().With("normalize_activations", "expected_average_only_in").With("norm_scaling_factor", Factor);
        Close(folded.Encode(), byKey.Encode());
        Close(folded.Decode(Some), byKey.Decode(Some));

        using var folder = new TemporaryFolder();
        folder.Write("activation_scaler.json", """{"scaling_factor": 0.25}"""u8);
        var autoencoder = SaeLensFolder.Load(new SaeFolderBuilder().With("normalize_activations", true).Write(folder));
        var activations = new float[6];
        autoencoder.Encode([-1.5f, 2, -0.75f, -3], 1, activations);
        Close(folded.Encode(), activations);
    }

    [TestMethod]
    public void DataType_RoundsTheWeightsAsItSays()
    {
        foreach (var (name, round) in new (string, Func<float, float>)[]
        {
            ("float16", value => (float)(Half)value),
            ("bfloat16", value => BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(value) + 0x8000) & unchecked((int)0xFFFF0000))),
            ("float64", value => value),
        })
        {
            var builder = new SaeFolderBuilder().With("dtype", name);
            CollectionAssert.AreEqual(builder["W_dec"].Take(4).Select(round).ToArray(), builder.Load().DecoderDirection(0), name);
        }

        var stored = new SaeFolderBuilder();
        stored.Tensors["b_enc"] = TensorData.FromBytes("b_enc", TensorElementType.Float64, [6], System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>([.. stored["b_enc"].Select(value => (double)value)]).ToArray());
        CollectionAssert.AreEqual(new SaeFolderBuilder().Encode(), stored.Encode());
    }

    [TestMethod]
    public void Statistics_InTheFolder_GiveTheUnitOfStrength()
    {
        using var folder = new TemporaryFolder();
        var path = new SaeFolderBuilder().Write(folder);
        new SaeStatistics { MaxActivation = new float[] { 5, 0, 7, 8, 9, 10 }, TokenCount = 12 }.Save(folder[SaeStatistics.FileName]);
        var autoencoder = SaeLensFolder.Load(path);
        Assert.AreEqual(7f, autoencoder.MaxActivation(2));
        Assert.AreEqual(7f, autoencoder.RequireMaxActivation(2));
        Assert.IsNull(autoencoder.MaxActivation(1), "a latent that never fired has no unit");
        Refusal.Of(() => autoencoder.RequireMaxActivation(1), "latent 1 never fired", "12 tokens");
        Refusal.Of(() => new SaeFolderBuilder().Load().RequireMaxActivation(2), SaeStatistics.FileName, "MaxActivationAccumulator", "raw units");

        new SaeStatistics { MaxActivation = new float[5], TokenCount = 1 }.Save(folder[SaeStatistics.FileName]);
        Refusal.Of(() => SaeLensFolder.Load(path), "of 5 latents", "has 6");
    }

    private static void Close(float[] expected, float[] actual) => Assert.IsLessThanOrEqualTo(1e-6, Numbers.RelativeError(expected, actual));
}
