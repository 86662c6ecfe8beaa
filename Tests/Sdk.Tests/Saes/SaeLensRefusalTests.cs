using System.Text;
using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

/// <summary>What a SAELens folder may not say: refused with the key or tensor and its value.</summary>
[TestClass]
public class SaeLensRefusalTests
{
    [TestMethod]
    [DataRow("standard", "architecture", "\"transcoder\"", "architecture = transcoder")]
    [DataRow("standard", "reshape_activations", "\"hook_z\"", "reshape_activations = hook_z")]
    [DataRow("standard", "normalize_activations", "\"l2\"", "normalize_activations = l2")]
    [DataRow("standard", "normalize_activations", "\"expected_average_only_in\"", "norm_scaling_factor")]
    [DataRow("standard", "norm_scaling_factor", "0.5", "norm_scaling_factor = 0.5")]
    [DataRow("standard", "dtype", "\"int8\"", "dtype = int8")]
    [DataRow("standard", "rescale_acts_by_decoder_norm", "true", "rescale_acts_by_decoder_norm = true")]
    [DataRow("standard", "k", "3", "k = 3")]
    [DataRow("standard", "max_iterations", "3", "max_iterations = 3")]
    [DataRow("standard", "activation_fn_str", "\"tanh-relu\"", "activation_fn = tanh-relu")]
    [DataRow("jumprelu", "activation_fn_str", "\"topk\"", "activation_fn = topk")]
    [DataRow("standard", "activation_fn_kwargs", "{\"k\":3}", "activation_fn_kwargs.k = 3")]
    [DataRow("standard", "activation_fn_kwargs", "{\"postact_fn\":1}", "activation_fn_kwargs.postact_fn = 1")]
    [DataRow("standard", "apply_b_dec_to_input", "\"yes\"", "apply_b_dec_to_input = \"yes\"")]
    [DataRow("standard", "hook_head_index", "3", "hook_head_index = 3")]
    [DataRow("standard", "use_magic", "[1,2]", "use_magic = [1,2]")]
    [DataRow("standard", "d_in", "4.5", "d_in = 4.5")]
    [DataRow("standard", "d_in", "5", "W_enc", "[4, 6]", "[5, 6]")]
    [DataRow("standard", "d_in", "-1", "d_in -1")]
    [DataRow("standard", "d_in", "2000000000", "d_in 2000000000")]
    [DataRow("standard", "d_sae", "1e300", "d_sae = 1e300")]
    [DataRow("standard", "metadata", "3", "metadata", "a JSON object")]
    [DataRow("topk", "k", "7", "k is 7", "d_sae = 6")]
    [DataRow("topk", "k", "null", "'k' is missing")]
    [DataRow("topk", "activation_fn_kwargs", "{\"k\":3}", "activation_fn_kwargs.k = 3")]
    [DataRow("batchtopk", "rescale_acts_by_decoder_norm", "null", "'rescale_acts_by_decoder_norm' is missing")]
    [DataRow("matching_pursuit", "residual_threshold", "-1", "residual_threshold -1")]
    public void AKey_ThatCannotBeHonoured_IsRefusedByNameAndValue(string architecture, string key, string value, params string[] parts) =>
        Refusal.Of(() => new SaeFolderBuilder(architecture).With(key, JsonNode.Parse(value)).Load(), parts);

    [TestMethod]
    public void AHookPointOfHeads_IsRefusedWhereReshapingIsNotSaid()
    {
        Refusal.Of(() => new SaeFolderBuilder().Without("reshape_activations").With("metadata", new JsonObject { ["hook_name"] = "blocks.1.attn.hook_z" }).Load(), "hook_z", "attention heads");
        Refusal.Of(() => new SaeFolderBuilder().With("metadata", new JsonObject { ["hook_name_out"] = "blocks.1.hook_mlp_out" }).Load(), "metadata.hook_name_out = blocks.1.hook_mlp_out", "transcoder");
    }

    [TestMethod]
    public void Tensors_ThatDoNotFitTheConfiguration_AreRefusedByName()
    {
        Refusal.Of(() => new SaeFolderBuilder().Without("b_enc").Load(), "tensor 'b_enc' is missing");
        Refusal.Of(() => new SaeFolderBuilder().Set("b_gate", [6], new float[6]).Load(), "tensor 'b_gate' does not belong");
        Refusal.Of(() => new SaeFolderBuilder().Set("W_enc", [6, 4], new float[24]).Load(), "'W_enc' has shape [6, 4], expected [4, 6]");
        Refusal.Of(() => new SaeFolderBuilder().Set("b_enc", [6], [1, 2, float.NaN, 4, 5, 6]).Load(), "'b_enc'", "NaN", "element 2");
        Refusal.Of(() => new SaeFolderBuilder().Set("scaling_factor", [6], [1, 1, 2, 1, 1, 1]).Load(), "finetuning_scaling_factor = false", "'scaling_factor'");
        Refusal.Of(() => new SaeFolderBuilder().With("dtype", "float16").Set("b_enc", [6], [1, 2, 3, 4, 5, 1e6f]).Load(), "'b_enc' as float16", "element 5");
        var integers = new SaeFolderBuilder();
        integers.Tensors["b_enc"] = TensorData.FromInt64("b_enc", [6], new long[6]);
        Refusal.Of(() => integers.Load(), "'b_enc' is of type Int64");
    }

    [TestMethod]
    [DataRow("not json", "not valid JSON")]
    [DataRow("[]", "a JSON object was expected")]
    [DataRow("{\"d_in\":4,\"d_in\":5}", "not valid JSON")]
    [DataRow("{\"d_in\":4}", "'d_sae' is missing")]
    [DataRow("{}", "'d_in' is missing")]
    [DataRow("{\"metadata\":{\"hook_name\":\"\\ud800\"}}", "not valid JSON")]
    [DataRow("{\"metadata\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", "not valid JSON")]
    public void AConfiguration_ThatIsNone_IsRefused(string config, string part)
    {
        using var folder = new TemporaryFolder();
        new SaeFolderBuilder().Write(folder, config);
        Refusal.Of(() => SaeLensFolder.Load(folder.Path), "cfg.json", part);
    }

    [TestMethod]
    public void AConfiguration_OfMutatedBytes_IsReadOrRefusedAndNothingElse()
    {
        var random = new Random(20261123);
        var (refused, accepted) = (0, 0);
        foreach (var architecture in new[] { "standard", "gated", "jumprelu", "topk", "batchtopk", "matching_pursuit" })
        {
            var good = Encoding.UTF8.GetBytes(new SaeFolderBuilder(architecture).Config.ToJsonString());
            for (var round = 0; round < 1000; round++)
            {
                byte[] bytes = [.. good];
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                try
                {
                    accepted += SaeLensConfig.Parse("mutated", bytes.AsMemory(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length)).Path == "mutated" ? 1 : 0;
                }
                catch (SteeringException)
                {
                    refused++;
                }
            }
        }

        Assert.AreEqual(6000, refused + accepted);
        Assert.IsGreaterThan(3000, refused);
        Assert.IsGreaterThan(100, accepted, "changes inside values that only record training are read");
    }

    [TestMethod]
    public void AFolder_WithoutItsFiles_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => SaeLensFolder.Load(folder["absent"]), "is not a folder");
        Refusal.Of(() => SaeLensFolder.Load(folder.Path), "cfg.json does not exist");
        File.WriteAllText(folder["cfg.json"], new SaeFolderBuilder().Config.ToJsonString());
        Refusal.Of(() => SaeLensFolder.Load(folder.Path), "sae_weights.safetensors does not exist");
        File.WriteAllText(folder["cfg.json"], new string(' ', 2 << 20));
        Refusal.Of(() => SaeLensFolder.Load(folder.Path), "at most 1048576");
    }

    [TestMethod]
    public void AScaler_ThatContradictsTheConfiguration_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = new SaeFolderBuilder().With("normalize_activations", "expected_average_only_in").With("norm_scaling_factor", 0.5).Write(folder);
        folder.Write("activation_scaler.json", """{"scaling_factor": 0.25}"""u8);
        Refusal.Of(() => SaeLensFolder.Load(path), "norm_scaling_factor differs");
        folder.Write("activation_scaler.json", """{"scaling": 0.25}"""u8);
        Refusal.Of(() => SaeLensFolder.Load(path), "activation_scaler.json", "scaling = 0.25");
    }
}
