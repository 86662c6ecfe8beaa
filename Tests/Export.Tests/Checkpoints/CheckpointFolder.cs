using Steering.Tensors;

namespace Steering.Tests.Export.Checkpoints;

/// <summary>Small Hugging Face folders made for one test.</summary>
internal static class CheckpointFolder
{
    /// <summary>The smallest llama configuration that is accepted.</summary>
    public const string Llama = """
        {"model_type":"llama","hidden_size":8,"intermediate_size":16,"num_hidden_layers":2,"num_attention_heads":2,
         "num_key_value_heads":1,"vocab_size":10,"max_position_embeddings":32,"rms_norm_eps":1e-5,"hidden_act":"silu"}
        """;

    /// <summary>Writes a configuration and a file with one tensor, and gives the folder.</summary>
    public static string Write(TemporaryFolder folder, string config, string tensor = "model.norm.weight")
    {
        File.WriteAllText(folder["config.json"], config);
        SafetensorsWriter.Write(folder["model.safetensors"], [Tensor(tensor)]);
        return folder.Path;
    }

    /// <summary>A configuration with some members replaced or added: <c>"key":value</c> pairs.</summary>
    public static string With(string config, params string[] members)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject();
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse($"{{{string.Join(',', members)}}}")!.AsObject().ToArray())
        {
            node[key] = value?.DeepClone();
        }

        return node.ToJsonString();
    }

    /// <summary>A configuration without a key.</summary>
    public static string Without(string config, string key)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject();
        Assert.IsTrue(node.Remove(key));
        return node.ToJsonString();
    }

    /// <summary>Eight numbers under a name.</summary>
    public static TensorData Tensor(string name) => TensorData.FromFloat32(name, [8], new float[] { 1, 2, 3, 4, 5, 6, 7, 8 });
}
