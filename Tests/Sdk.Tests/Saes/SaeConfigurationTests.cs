using System.Text.Json.Nodes;
using Steering.IO;
using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

/// <summary>What a configuration says beside the sizes: honoured, passed over where it changes nothing, or refused by name.</summary>
[TestClass]
public sealed class SaeConfigurationTests
{
    private const int Tokens = 8;

    [TestMethod]
    [DataRow("standard", true)]
    [DataRow("standard", false)]
    [DataRow("gated", true)]
    [DataRow("jumprelu", true)]
    [DataRow("topk", true)]
    public void CenterWritingWeights_OfAModelWithLayerNorm_EncodesTheInputWithoutItsMean(string architecture, bool bias)
    {
        var plain = Builder(architecture, "gpt2-small", flag: false, bias).Load();
        var centred = Builder(architecture, "gpt2-small", flag: true, bias).Load();
        var x = Numbers.Normal(31, Tokens * SaeFolderBuilder.Width, 2);
        for (var i = 0; i < x.Length; i++)
        {
            x[i] += 3;
        }

        float[] without = [.. x.Chunk(SaeFolderBuilder.Width).SelectMany(token => token.Select(value => value - token.Average()))];
        var (expected, actual) = (new float[Tokens * SaeFolderBuilder.Latents], new float[Tokens * SaeFolderBuilder.Latents]);
        plain.Encode(without, Tokens, expected);
        centred.Encode(x, Tokens, actual);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-4f);
        }
    }

    [TestMethod]
    public void CenterWritingWeights_OfAModelWithRmsNorm_ChangesNothing_AndOfAnUnknownOneIsRefused()
    {
        var x = Numbers.Normal(32, Tokens * SaeFolderBuilder.Width, 2);
        var (expected, actual) = (new float[Tokens * SaeFolderBuilder.Latents], new float[Tokens * SaeFolderBuilder.Latents]);
        Builder("standard", "gemma-2-2b", flag: false, bias: true).Load().Encode(x, Tokens, expected);
        Builder("standard", "gemma-2-2b", flag: true, bias: true).Load().Encode(x, Tokens, actual);
        Assert.AreSequenceEqual(expected, actual);
        Refusal.Of(() => Builder("standard", "nobodys-model", flag: true, bias: true).Load(), "center_writing_weights", "nobodys-model");
    }

    [TestMethod]
    public void NotANumber_IsPassedOverWhereNothingReadsIt_AndRefusedByNameWhereSomethingDoes()
    {
        using var note = StrictJson.Parse("cfg.json", StrictJson.WithPythonNumbers("""{"loss": NaN, "text": "NaN \" Infinity", "list": [-Infinity, Infinity]}"""u8.ToArray()));
        Assert.AreEqual("NaN \" Infinity", note.RootElement.GetProperty("text").GetString());
        Refusal.Of(() => SaeLensConfig.Parse("cfg.json", """{"d_in": NaN, "d_sae": 6}"""u8.ToArray()), "d_in = \"NaN\"", "whole number");
        Refusal.Of(() => StrictJson.Parse("cfg.json", StrictJson.WithPythonNumbers("""{"a": NaNa}"""u8.ToArray())), "not valid JSON");
        var config = SaeLensConfig.Parse("cfg.json", """{"d_in": 4, "d_sae": 6, "metadata": {"final_loss": NaN}}"""u8.ToArray());
        Assert.AreEqual(4, config.HiddenSize);
    }

    [TestMethod]
    public void FineTuningFactor_WhereNoTensorIsThere_IsTakenForFalse()
    {
        var x = Numbers.Normal(33, Tokens * SaeFolderBuilder.Width, 2);
        var (expected, actual) = (new float[Tokens * SaeFolderBuilder.Latents], new float[Tokens * SaeFolderBuilder.Latents]);
        new SaeFolderBuilder().Load().Encode(x, Tokens, expected);
        new SaeFolderBuilder().With("finetuning_scaling_factor", true).Load().Encode(x, Tokens, actual);
        Assert.AreSequenceEqual(expected, actual);
    }

    private static SaeFolderBuilder Builder(string architecture, string model, bool flag, bool bias) => new SaeFolderBuilder(architecture)
        .With("apply_b_dec_to_input", bias)
        .With("metadata", new JsonObject { ["model_name"] = model, ["hook_name"] = "blocks.3.hook_resid_post", ["model_from_pretrained_kwargs"] = new JsonObject { ["center_writing_weights"] = flag } });
}
