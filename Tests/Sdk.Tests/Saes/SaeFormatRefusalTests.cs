using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>What a layout says and this library cannot honour is refused by name.</summary>
[TestClass]
public sealed class SaeFormatRefusalTests
{
    [TestMethod]
    [DataRow("activation", "\"groupmax\"", "activation = groupmax")]
    [DataRow("skip_connection", "true", "skip_connection = true")]
    [DataRow("transcode", "true", "transcode = true")]
    [DataRow("embed_skip", "true", "embed_skip = true")]
    [DataRow("gram_lookup", "true", "gram_lookup = true")]
    [DataRow("signed", "true", "signed = true")]
    [DataRow("k", "0", "k is 0")]
    [DataRow("k", "97", "k is 97")]
    [DataRow("num_latents", "95", "shape [96, 40], expected [95, 40]")]
    [DataRow("d_in", "39", "expected [96, 39]")]
    [DataRow("surprise", "1", "surprise = 1")]
    public void Sparsify(string key, string value, string part) => Refused("sparsify", SaeReference.Random(SaeArchitecture.TopK, 1), key, value, part);

    [TestMethod]
    [DataRow("act_fn", "\"topk\"", "act_fn = topk")]
    [DataRow("use_glu_encoder", "true", "use_glu_encoder = true")]
    [DataRow("hook_point_out", "\"blocks.4.hook_resid_post\"", "hook_point_out")]
    [DataRow("norm_activation", "\"batch-wise\"", "norm_activation = batch-wise")]
    [DataRow("dataset_average_activation_norm", "{\"in\": 1, \"out\": 2}", "dataset_average_activation_norm")]
    [DataRow("dataset_average_activation_norm", "{\"in\": 0, \"out\": 0}", "dataset_average_activation_norm")]
    [DataRow("dataset_average_activation_norm", "{}", "'dataset_average_activation_norm.in' is missing")]
    [DataRow("jump_relu_threshold", "null", "'jump_relu_threshold' is missing")]
    [DataRow("d_sae", "-1", "d_sae -1")]
    [DataRow("surprise", "1", "surprise = 1")]
    public void LlamaScope(string key, string value, string part) =>
        Refused("llama_scope", SaeReference.Random(SaeArchitecture.JumpRelu, 2) with { ActivationScale = 0.5f }, key, value, part);

    [TestMethod]
    [DataRow("dict_class", "\"CrossCoder\"", "dict_class = CrossCoder")]
    [DataRow("dict_class", "\"AutoEncoderNew\"", "'decoder.bias' is missing")]
    [DataRow("activation_dim", "41", "activation_dim = 41")]
    [DataRow("dict_size", "95", "dict_size = 95")]
    [DataRow("k", "8", "k = 8")]
    public void DictionaryLearning(string key, string value, string part)
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("AutoEncoderTopK", SaeReference.Random(SaeArchitecture.TopK, 3), temporary, change: config => ((JsonObject)config["trainer"]!)[key] = JsonNode.Parse(value));
        Refusal.Of(() => SaeFolder.Load(path), part);
    }

    [TestMethod]
    public void GemmaScope()
    {
        using var temporary = new TemporaryFolder();
        byte[] Npz(params (string Name, byte[] Content)[] more) => NpzBytes.Zip(compressed: false, [("W_enc.npy", NpzBytes.Array(new float[6], 2, 3)), ("W_dec.npy", NpzBytes.Array(new float[6], 3, 2)), ("b_enc.npy", NpzBytes.Array(new float[3], 3)), .. more]);
        var bias = ("b_dec.npy", NpzBytes.Array(new float[2], 2));
        var threshold = ("threshold.npy", NpzBytes.Array(new float[3], 3));
        Assert.AreEqual(3, SaeFolder.Load(temporary.Write("params.npz", Npz(bias, threshold))).LatentCount);
        Refusal.Of(() => SaeFolder.Load(temporary.Write("params.npz", Npz(bias))), "'threshold' is missing");
        Refusal.Of(() => SaeFolder.Load(temporary.Write("params.npz", Npz(("b_dec.npy", NpzBytes.Array(new float[3], 3)), threshold))), "'b_dec'", "expected [2]");
        Refusal.Of(() => SaeFolder.Load(temporary.Write("params.npz", Npz(bias, ("threshold.npy", NpzBytes.Array([1, float.NaN, 1], 3))))), "'threshold'", "finite");
        Refusal.Of(() => SaeFolder.Load(temporary.Write("params.npz", Npz(bias, threshold, ("W_skip.npy", NpzBytes.Array(new float[4], 2, 2))))), "'W_skip'");
        Refusal.Of(() => SaeFolder.Load(temporary.Write("params.npz", Npz(bias, threshold, ("scaling_factor.npy", NpzBytes.Array([1, 2, 1], 3))))), "scaling_factor");
    }

    [TestMethod]
    public void Detect_WhereNothingIsRecognised_ListsTheLayoutsAndWhatIsThere()
    {
        using var temporary = new TemporaryFolder();
        Refusal.Of(() => SaeFolder.Load(temporary["absent"]), "does not exist", "SAELens (cfg.json + sae_weights.safetensors)", "Gemma Scope (params.npz)");
        temporary.Write("letter.txt", "hello"u8);
        Refusal.Of(() => SaeFolder.Load(temporary.Path), "it holds letter.txt", "sparsify (cfg.json + sae.safetensors)");
        Refusal.Of(() => SaeFolder.Load(temporary["letter.txt"]), "no SAE that is known");
        Directory.CreateDirectory(temporary["layers.5"]);
        SaeLayouts.Write("sparsify", SaeReference.Random(SaeArchitecture.TopK, 4), temporary, "layers.5");
        Refusal.Of(() => SaeFolder.Load(temporary.Path), "Below it there are SAEs", "layers.5");
        Assert.IsFalse(SaeFolder.TryDetect(temporary.Path, out _));
    }

    [TestMethod]
    public void Detect_OfAPickle_GivesTheLineThatConvertsIt()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("config.json", "{}"u8);
        var pickle = temporary.Write("ae.pt", [0x80, 2]);
        Refusal.Of(() => SaeFolder.Load(temporary.Path), "ae.pt is a Python pickle", "ae.safetensors");
        Refusal.Of(() => SaeFolder.Load(pickle), "ae.pt is a Python pickle");
    }

    [TestMethod]
    public void Detect_OfTwoLayoutsInOneFolder_IsRefused()
    {
        using var temporary = new TemporaryFolder();
        SaeLayouts.Write("sparsify", SaeReference.Random(SaeArchitecture.TopK, 5), temporary);
        SaeLayouts.Write("gemma_scope", SaeReference.Random(SaeArchitecture.JumpRelu, 5), temporary);
        Refusal.Of(() => SaeFolder.Detect(temporary.Path), "several layouts", "Gemma Scope, sparsify");
        Assert.AreEqual(SaeFormat.GemmaScope, SaeFolder.Detect(temporary["params.npz"]));
    }

    [TestMethod]
    public void Sparsify_WithASkipMatrix_IsRefused()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("sparsify", SaeReference.Random(SaeArchitecture.TopK, 6), temporary);
        using (var file = SafetensorsFile.Open(temporary["sae.safetensors"]))
        {
            SafetensorsWriter.Write(temporary["with-skip"], [.. file.Names.Select(name => TensorData.FromFloat32(name, file.Describe(name).Shape, file.ReadFloat32(name))), TensorData.FromFloat32("W_skip", [1], new float[1])]);
        }

        File.Move(temporary["with-skip"], temporary["sae.safetensors"], overwrite: true);
        Refusal.Of(() => SaeFolder.Load(path), "'W_skip'");
    }

    private static void Refused(string layout, SaeParameters parameters, string key, string value, string part)
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write(layout, parameters, temporary, change: config => config[key] = JsonNode.Parse(value));
        Refusal.Of(() => SaeFolder.Load(path), part);
    }
}
