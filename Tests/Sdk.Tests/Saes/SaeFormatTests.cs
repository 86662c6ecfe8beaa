using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

/// <summary>Layouts are recognised by their files; each computes what its trainer's definition says. Tolerance: 1e-5 of the largest expected magnitude.</summary>
[TestClass]
public sealed class SaeFormatTests
{
    private const double Tolerance = 1e-5;
    private const int Tokens = 16;

    [TestMethod]
    public void Detect_OfEveryOracleFolder_NamesItsLayout()
    {
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", "sae-formats"))
        {
            var name = SaeFolder.NameOf(SaeFolder.Detect(folder)).Replace(' ', '_').ToUpperInvariant();
            Assert.StartsWith(name, Path.GetFileName(folder).ToUpperInvariant());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Layouts))]
    public void Load_OfEveryLayout_ComputesTheDefinition(string layout, SaeParameters parameters)
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write(layout, parameters, temporary);
        var loaded = SaeFolder.Load(path);
        var reference = new SaeReference(parameters);
        var x = Numbers.Normal(70, Tokens * parameters.HiddenSize, 2);
        var expected = new List<float>();
        var expectedOutput = new List<float>();
        foreach (var token in x.Chunk(parameters.HiddenSize))
        {
            var encoded = reference.Encode(token);
            expected.AddRange(encoded.Select(value => (float)value));
            expectedOutput.AddRange(reference.Decode(encoded, token).Select(value => (float)value));
        }

        var actual = new float[expected.Count];
        var output = new float[x.Length];
        loaded.Encode(x, Tokens, actual);
        loaded.Decode(actual, x, Tokens, output);
        Assert.IsGreaterThan(Tokens, expected.Count(value => value != 0));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected.ToArray(), actual));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expectedOutput.ToArray(), output));
    }

    [TestMethod]
    [DataRow("gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71", "gemma-2-2b", "blocks.20.hook_resid_post")]
    [DataRow("models--google--gemma-scope-9b-it-res/snapshots/0a1b/layer_9/width_131k/average_l0_10", "gemma-2-9b-it", "blocks.9.hook_resid_post")]
    [DataRow("gemma-scope-27b-pt-mlp/layer_3/width_131k/average_l0_5", "gemma-2-27b", "blocks.3.hook_mlp_out")]
    [DataRow("somewhere/else", null, null)]
    public void GemmaScope_TakesModelAndHookPointFromThePublishedFolders(string folder, string? model, string? hook)
    {
        using var temporary = new TemporaryFolder();
        var parameters = Gemma();
        Directory.CreateDirectory(temporary[folder]);
        File.Copy(SaeLayouts.Write("gemma_scope", parameters, temporary), temporary[folder, "params.npz"]);
        var read = SaeFolder.ReadParameters(temporary[folder]);
        Assert.AreEqual((model, hook), (read.ModelName, read.HookName));
        Assert.AreEqual(hook?.EndsWith("resid_post", StringComparison.Ordinal) == true, SaeFolder.Load(temporary[folder]).Site is not null);
    }

    [TestMethod]
    [DataRow("layers.7", "resid_post.7")]
    [DataRow("h.2", "resid_post.2")]
    [DataRow("layers.7.mlp", null)]
    public void Sparsify_TakesTheHookPointFromItsFolder(string folder, string? site)
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary[folder]);
        SaeLayouts.Write("sparsify", Sparsify(), temporary, folder);
        Assert.AreEqual(site, SaeFolder.Load(temporary[folder]).Site);
    }

    [TestMethod]
    public void Load_OfAFileInTheFolder_MeansTheFolder()
    {
        using var temporary = new TemporaryFolder();
        SaeLayouts.Write("llama_scope", Llama(), temporary);
        Assert.AreEqual(SaeFormat.LlamaScope, SaeFolder.Detect(temporary["hyperparams.json"]));
        Assert.AreEqual(SaeFormat.LlamaScope, SaeFolder.Detect(temporary["checkpoints", "final.safetensors"]));
        Assert.AreEqual(40, SaeFolder.Load(temporary["checkpoints", "final.safetensors"]).HiddenSize);
    }

    [TestMethod]
    public void Load_ReadsTheStatisticsBesideEveryLayout()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("gemma_scope", Gemma(), temporary);
        new SaeStatistics { MaxActivation = Enumerable.Range(0, 96).Select(i => i + 1f).ToArray(), TokenCount = 10 }.Save(SaeFolder.StatisticsPath(path));
        Assert.AreEqual(3f, SaeFolder.Load(path).MaxActivation(2));
        Assert.AreEqual(3f, SaeFolder.Load(temporary.Path).MaxActivation(2));
    }

    private static IEnumerable<object[]> Layouts()
    {
        yield return ["gemma_scope", Gemma()];
        yield return ["gemma_scope_lower_case", Gemma()];
        yield return ["llama_scope", Llama()];
        yield return ["llama_scope", Llama() with { ApplyDecoderBiasToInput = true }];
        yield return ["llama_scope", Llama() with { Architecture = SaeArchitecture.Standard, Threshold = [] }];
        yield return ["llama_scope", Llama() with { ActivationScale = 1, Normalisation = InputNormalisation.ConstantNorm }];
        yield return ["llama_scope", Llama() with { ActivationScale = 1 }];
        yield return ["llama_scope_no_bias", Llama() with { DecoderBias = new float[40] }];
        yield return ["sparsify", Sparsify()];
        yield return ["sparsify_expansion", SaeReference.Random(SaeArchitecture.TopK, 30, 40, 80)];
        yield return ["AutoEncoder", SaeReference.Random(SaeArchitecture.Standard, 31)];
        yield return ["AutoEncoderNew", SaeReference.Random(SaeArchitecture.Standard, 32) with { ApplyDecoderBiasToInput = false }];
        yield return ["GatedAutoEncoder", SaeReference.Random(SaeArchitecture.Gated, 33)];
        yield return ["AutoEncoderTopK", SaeReference.Random(SaeArchitecture.TopK, 34)];
        yield return ["BatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.BatchTopK, 35), 0.4f)];
        yield return ["BatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.BatchTopK, 36), -1)];
        yield return ["MatryoshkaBatchTopKSAE", Constant(SaeReference.Random(SaeArchitecture.MatryoshkaBatchTopK, 37), 0.4f)];
        yield return ["JumpReluAutoEncoder", SaeReference.Random(SaeArchitecture.JumpRelu, 38) with { ApplyDecoderBiasToInput = false }];
    }

    private static SaeParameters Gemma() => SaeReference.Random(SaeArchitecture.JumpRelu, 20) with { ApplyDecoderBiasToInput = false };

    private static SaeParameters Llama() => Constant(SaeReference.Random(SaeArchitecture.JumpRelu, 21), 0.3f) with { ApplyDecoderBiasToInput = false, ActivationScale = 0.5f };

    private static SaeParameters Sparsify() => SaeReference.Random(SaeArchitecture.TopK, 22);

    private static SaeParameters Constant(SaeParameters parameters, float threshold) =>
        parameters with { Threshold = [.. Enumerable.Repeat(threshold, parameters.LatentCount)] };
}
