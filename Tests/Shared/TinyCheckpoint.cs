using System.Text.Json;
using Steering.Tensors;

namespace Steering.Tests;

/// <summary>A random Llama of two blocks as a Hugging Face folder, with a byte-level tokenizer and a ChatML template.</summary>
internal static class TinyCheckpoint
{
    public const int HiddenSize = 32;
    public const int Vocabulary = 260;
    public const int Blocks = 2;
    public const int EndToken = 258;

    private const int FeedForward = 64;
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int HeadSize = HiddenSize / Heads;

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="headSize">Twice the largest weight of the head; 0: logits are zero whatever the residual stream holds.</param>
    /// <param name="massive">A token whose embedding is two thousand times as large, as models park some; null for none.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder, double headSize = 0.6, int? massive = null)
    {
        folder = Directory.CreateDirectory(folder).FullName;
        var random = new Random(42);
        var tensors = new List<TensorData> { Matrix("model.embed_tokens.weight", Vocabulary, HiddenSize, large: massive), Norm("model.norm.weight"), Matrix("lm_head.weight", Vocabulary, HiddenSize, headSize) };
        for (var block = 0; block < Blocks; block++)
        {
            var prefix = $"model.layers.{block}";
            tensors.Add(Norm($"{prefix}.input_layernorm.weight"));
            tensors.Add(Norm($"{prefix}.post_attention_layernorm.weight"));
            tensors.Add(Matrix($"{prefix}.self_attn.q_proj.weight", Heads * HeadSize, HiddenSize));
            tensors.Add(Matrix($"{prefix}.self_attn.k_proj.weight", KeyValueHeads * HeadSize, HiddenSize));
            tensors.Add(Matrix($"{prefix}.self_attn.v_proj.weight", KeyValueHeads * HeadSize, HiddenSize));
            tensors.Add(Matrix($"{prefix}.self_attn.o_proj.weight", HiddenSize, Heads * HeadSize));
            tensors.Add(Matrix($"{prefix}.mlp.gate_proj.weight", FeedForward, HiddenSize));
            tensors.Add(Matrix($"{prefix}.mlp.up_proj.weight", FeedForward, HiddenSize));
            tensors.Add(Matrix($"{prefix}.mlp.down_proj.weight", HiddenSize, FeedForward));
        }

        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors);
        WriteJson("config.json", new
        {
            architectures = new[] { "LlamaForCausalLM" },
            model_type = "llama",
            hidden_size = HiddenSize,
            intermediate_size = FeedForward,
            num_hidden_layers = Blocks,
            num_attention_heads = Heads,
            num_key_value_heads = KeyValueHeads,
            head_dim = HeadSize,
            vocab_size = Vocabulary,
            max_position_embeddings = 1024,
            rms_norm_eps = 1e-5,
            rope_theta = 10000.0,
            hidden_act = "silu",
            tie_word_embeddings = false,
            bos_token_id = 256,
            eos_token_id = EndToken,
        });
        WriteTokenizer();
        return folder;

        TensorData Matrix(string name, int rows, int columns, double size = 0.6, int? large = null) =>
            TensorData.FromFloat32(name, [rows, columns], Enumerable.Range(0, rows * columns).Select(index => (float)((random.NextDouble() - 0.5) * size * (index / columns == large ? 2000 : 1))).ToArray());

        TensorData Norm(string name) => TensorData.FromFloat32(name, [HiddenSize], Enumerable.Repeat(1f, HiddenSize).ToArray());

        void WriteTokenizer()
        {
            string[] special = ["<|begin|>", "<|im_start|>", "<|im_end|>", "<|pad|>"];
            var vocabulary = ByteCharacters().Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
            WriteJson("tokenizer.json", new
            {
                version = "1.0",
                added_tokens = special.Select((content, index) => new { id = 256 + index, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }).ToArray(),
                pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
                decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
                model = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string>() },
            });
            WriteJson("tokenizer_config.json", new
            {
                tokenizer_class = "GPT2Tokenizer",
                bos_token = "<|begin|>",
                eos_token = "<|im_end|>",
                pad_token = "<|pad|>",
                unk_token = "<|pad|>",
                add_bos_token = false,
                add_prefix_space = false,
                clean_up_tokenization_spaces = false,
                chat_template = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
            });
        }

        void WriteJson(string name, object content) => File.WriteAllText(Path.Combine(folder, name), JsonSerializer.Serialize(content));
    }

    // The printable stand-ins of byte-level BPE: printable bytes stand for themselves, the others move beyond 255.
    private static IEnumerable<string> ByteCharacters()
    {
        var moved = 0;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            yield return ((char)(printable ? value : 256 + moved++)).ToString();
        }
    }
}
