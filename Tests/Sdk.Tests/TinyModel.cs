using System.Text.Json;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Export;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Policies;
using Steering.Tensors;

namespace Steering.Tests.Sdk;

/// <summary>
/// A random Llama of two blocks with a byte-level tokenizer and a chat template, written, imported and socketed once a
/// test run: everything that is promised of decoding is tested on it wherever the tests run.
/// </summary>
[TestClass]
public static class TinyModel
{
    public const int HiddenSize = 32;
    public const int Vocabulary = 260;
    public const int Blocks = 2;
    public const int EndToken = 258;
    public const string Site = "resid_post.0";
    public const string LastSite = "resid_post.1";

    private const int FeedForward = 64;
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int HeadSize = HiddenSize / Heads;

    private static readonly string Root = Directory.CreateTempSubdirectory("steering-tiny-").FullName;
    private static readonly Lazy<string> Checkpoint = new(() => WriteCheckpoint("tiny-llama", headSize: 0.6));
    private static readonly Lazy<string> PlainFolder = new(() => Import(CheckpointFolder, "plain", sites: null));
    private static readonly Lazy<string> SocketedFolder = new(() => Import(CheckpointFolder, "socketed", SiteSelection.All));
    private static readonly Lazy<string> DeafFolder = new(() => Import(WriteCheckpoint("deaf-llama", headSize: 0), "deaf", SiteSelection.All));
    private static readonly Lazy<SteeringEngine> SharedEngine = new(() => new SteeringEngine(SteerableModel.Load(Folder), new SteeringResources().AddCallback("ask")));

    /// <summary>The model folder with a socket after each block.</summary>
    public static string Folder => SocketedFolder.Value;

    /// <summary>The same model without sockets.</summary>
    public static string Plain => PlainFolder.Value;

    /// <summary>A socketed model whose logits are zero whatever its residual stream holds.</summary>
    public static string Deaf => DeafFolder.Value;

    /// <summary>The Hugging Face folder that both were imported from.</summary>
    public static string CheckpointFolder => Checkpoint.Value;

    public static SteeringEngine Engine => SharedEngine.Value;

    public static int[] Prompt { get; } = [84, 104, 101, 32, 115, 101, 97];

    [AssemblyCleanup]
    public static void RemoveFolders() => Directory.Delete(Root, recursive: true);

    /// <summary>A direction with fixed random numbers.</summary>
    public static float[] Direction(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, HiddenSize).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    public static SteeringPolicy Push(float strength, InterventionSpan? span = null, Gate? gate = null, int seed = 1) =>
        SteeringPolicy.Create("push").Add(Steering.Policies.Direction.At(Site, Direction(seed)), strength, StrengthUnit.Raw, gate, span, name: "push");

    public static DecodeRequest Request(SteeringPolicy? policy = null, int maxTokens = 24) => new()
    {
        PromptIds = Prompt,
        MaxTokens = maxTokens,
        Policy = policy is null ? CompiledPolicy.Empty : Engine.Compile(policy),
    };

    public static int[] Decode(SteerableModel model, DecodeRequest request)
    {
        using var generation = model.Start(request);
        var ids = new List<int>();
        while (generation.MoveNext())
        {
            ids.Add(generation.TokenId);
        }

        return [.. ids];
    }

    public static int[] Decode(DecodeRequest request) => Decode(Engine.Model, request);

    /// <summary>A folder of its own, removed with the others.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>A copy of the socketed folder that a test may damage.</summary>
    public static string CopyOfFolder()
    {
        var copy = NewFolder();
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static string Import(string checkpoint, string name, SiteSelection? sites)
    {
        var destination = Path.Combine(Root, name);
        ModelImporter.Import(checkpoint, destination, new ImportOptions { Sites = sites }, progress: null, CancellationToken.None);
        return destination;
    }

    private static string WriteCheckpoint(string name, double headSize)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        var random = new Random(42);
        var tensors = new List<TensorData> { Matrix("model.embed_tokens.weight", Vocabulary, HiddenSize), Norm("model.norm.weight"), Matrix("lm_head.weight", Vocabulary, HiddenSize, headSize) };
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

        TensorData Matrix(string name, int rows, int columns, double size = 0.6) =>
            TensorData.FromFloat32(name, [rows, columns], Enumerable.Range(0, rows * columns).Select(_ => (float)((random.NextDouble() - 0.5) * size)).ToArray());

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
