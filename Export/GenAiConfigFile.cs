using System.Text.Json;
using System.Text.Json.Nodes;
using Steering.Export.Checkpoints;
using Steering.Export.Sockets;
using Steering.IO;

namespace Steering.Export;

/// <summary>Writes the <c>genai_config.json</c> of a model folder.</summary>
internal static class GenAiConfigFile
{
    public const string FileName = GenAiFolder.FileName;

    public static void Write(string folder, string modelFile, string type, CheckpointConfig config)
    {
        var root = new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["bos_token_id"] = config.BosTokenId ?? FirstEos(config),
                ["context_length"] = config.ContextLength,
                ["decoder"] = new JsonObject
                {
                    ["session_options"] = new JsonObject
                    {
                        ["log_id"] = "onnxruntime-genai",
                        // Idle threads of a library must not burn the host's cores between tokens.
                        ["session.intra_op.allow_spinning"] = "0",
                        ["provider_options"] = new JsonArray(),
                    },
                    ["filename"] = modelFile,
                    ["head_size"] = config.HeadSize,
                    ["hidden_size"] = config.HiddenSize,
                    ["inputs"] = new JsonObject
                    {
                        ["input_ids"] = "input_ids",
                        ["attention_mask"] = "attention_mask",
                        ["past_key_names"] = "past_key_values.%d.key",
                        ["past_value_names"] = "past_key_values.%d.value",
                    },
                    ["outputs"] = new JsonObject
                    {
                        ["logits"] = "logits",
                        ["present_key_names"] = "present.%d.key",
                        ["present_value_names"] = "present.%d.value",
                    },
                    ["num_attention_heads"] = config.HeadCount,
                    ["num_hidden_layers"] = config.BlockCount,
                    ["num_key_value_heads"] = config.KeyValueHeadCount,
                },
                ["eos_token_id"] = config.EosTokenIds.Count == 1 ? config.EosTokenIds[0] : new JsonArray([.. config.EosTokenIds.Select(id => (JsonNode)id)]),
                ["pad_token_id"] = config.PadTokenId ?? FirstEos(config),
                ["type"] = type,
                ["vocab_size"] = config.VocabularySize,
            },
            ["search"] = new JsonObject
            {
                ["diversity_penalty"] = 0.0,
                ["do_sample"] = false,
                ["early_stopping"] = true,
                ["length_penalty"] = 1.0,
                ["max_length"] = config.ContextLength,
                ["min_length"] = 0,
                ["no_repeat_ngram_size"] = 0,
                ["num_beams"] = 1,
                ["num_return_sequences"] = 1,
                ["past_present_share_buffer"] = true,
                ["repetition_penalty"] = 1.0,
                ["temperature"] = 1.0,
                ["top_k"] = 50,
                ["top_p"] = 1.0,
            },
        };
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static int FirstEos(CheckpointConfig config) => config.EosTokenIds.Count > 0 ? config.EosTokenIds[0] : 0;
}
