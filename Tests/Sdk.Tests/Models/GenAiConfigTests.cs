using System.Text.Json.Nodes;
using Steering.Batching;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.Sdk.Models;

/// <summary>What a genai_config.json may say: nothing that runs code unasked, nothing outside the folder, nothing that the graph is not.</summary>
[TestClass]
public sealed class GenAiConfigTests
{
    private const int Damages = 300;

    private static readonly int[] Prompt = [5, 6, 7];

    public static IEnumerable<object[]> Libraries() =>
    [
        ["model.decoder.session_options.custom_ops_library", """ "ops.so" """, "ops.so"],
        ["model.decoder.session_options.custom_ops_library", """ "../elsewhere/ops.bin" """, "../elsewhere/ops.bin"],
        ["model.decoder.session_options.ep_qnn_library_path", """ "x" """, "'x'"],
        ["model.decoder.session_options.session.some_entry", """ "libplug.so.1.2" """, "libplug.so.1.2"],
        ["model.decoder.session_options.provider_options", """ [{"QNN": {"backend_path": "QnnHtp.dll"}}] """, "QNN"],
        ["model.decoder.session_options.provider_options", """ [{"cuda": {"trt_extra_plugin_lib_paths": "a.so;b.so"}}] """, "a.so;b.so"],
        ["model.decoder.session_options.provider_options", """ [{"MyExecutionProvider": {}}] """, "MyExecutionProvider"],
        ["model.decoder.run_options", """ {"x": "c.DYLIB"} """, "c.DYLIB"],
        ["model.decoder.pipeline", """ [{"stage": {"filename": "model.onnx", "session_options": {"custom_ops_library": "ops.so"}}}] """, "custom_ops_library"],
        ["model.vision", """ {"filename": "v.onnx", "session_options": {"custom_ops_library": "ops.so"}} """, "model.vision.session_options.custom_ops_library"],
        ["model.embedding", """ {"session_options": {"custom_ops_library": "ops.so"}} """, "model.embedding.session_options.custom_ops_library"],
        ["model.encoder", """ {"session_options": {"custom_ops_library": "ops.so"}} """, "model.encoder.session_options.custom_ops_library"],
    ];

    [TestMethod]
    [DynamicData(nameof(Libraries))]
    public void ALibrary_IsRefusedByEveryEntry_UntilItIsAllowed(string place, string value, string named)
    {
        var folder = Folder(place, value);
        Refusal.Of(() => SteerableModel.Load(folder).Dispose(), folder, named, "--allow-custom-operators", "AllowCustomOperators");
        Refusal.Of(() => ForwardPass.Load(folder).Dispose(), folder, named, "--allow-custom-operators");
        Refusal.Of(() => SteeringEngine.Load(new SteeringOptions { ModelPath = folder }).Dispose(), folder, named);
        Assert.IsNotEmpty(GenAiConfig.Load(folder).Libraries);
    }

    [TestMethod]
    public void ALibraryThatIsRefused_IsNotLoaded()
    {
        var folder = Folder("model.decoder.session_options.custom_ops_library", "\"ops.so\"");
        var native = Path.GetFileName(typeof(Microsoft.ML.OnnxRuntimeGenAI.Model).Assembly.Location);
        File.Copy(Path.Combine(AppContext.BaseDirectory, native), Path.Combine(folder, "ops.so"));
        Refusal.Of(() => SteerableModel.Load(folder).Dispose(), "ops.so");
        Assert.IsFalse(System.Diagnostics.Process.GetCurrentProcess().Modules.Cast<System.Diagnostics.ProcessModule>().Any(module => module.FileName.StartsWith(folder, StringComparison.Ordinal)));
    }

    /// <summary>Allowed, it is handed to both runtimes: what is no library fails there, in a sentence.</summary>
    [TestMethod]
    public void ALibraryThatIsAllowed_ReachesTheRuntimes()
    {
        var folder = Folder("model.decoder.session_options.custom_ops_library", "\"ops.so\"");
        File.WriteAllText(Path.Combine(folder, "ops.so"), "no library");
        var allowed = new SteerableModelOptions { AllowCustomOperators = true };
        Refusal.Of(() => SteerableModel.Load(folder, allowed).Dispose(), folder, "ops.so");
        Refusal.Of(() => ForwardPass.Load(folder, allowed).Dispose(), folder, "ops.so");
        Refusal.Of(() => SteeringEngine.Load(new SteeringOptions { ModelPath = folder, AllowCustomOperators = true }).Dispose(), folder, "ops.so");
    }

    [TestMethod]
    [DataRow("model.decoder.session_options.intra_op_num_threads", "100000", "1024")]
    [DataRow("model.decoder.session_options.inter_op_num_threads", "-1", "1024")]
    [DataRow("model.decoder.session_options.intra_op_num_threads", "2.5", "1024")]
    [DataRow("model.decoder.session_options.enable_profiling", "\"/tmp/trace\"", "Take the field out")]
    [DataRow("model.decoder.session_options.session.model_external_initializers_file_folder_path", "\"/etc\"", "Take the field out")]
    [DataRow("model.decoder.filename", "\"../model.onnx\"", "inside the folder")]
    [DataRow("model.decoder.filename", "\"/etc/passwd\"", "inside the folder")]
    [DataRow("model.decoder.filename", "\"absent.onnx\"", "absent.onnx")]
    [DataRow("model.decoder.filename", "\"tokenizer.json\"", "not an ONNX graph")]
    [DataRow("model.speech", "{\"config_filename\": \"../x\"}", "inside the folder")]
    [DataRow("model.vocab_size", "2001", "model.vocab_size")]
    [DataRow("model.vocab_size", "2147483648", "model.vocab_size")]
    [DataRow("model.vocab_size", "\"many\"", "model.vocab_size")]
    [DataRow("model.eos_token_id", "1000000", "model.eos_token_id")]
    [DataRow("model.eos_token_id", "[1, -7]", "model.eos_token_id")]
    [DataRow("model.pad_token_id", "1000000", "model.pad_token_id")]
    [DataRow("model.context_length", "0", "model.context_length")]
    [DataRow("model.decoder.head_size", "3", "model.decoder.head_size")]
    [DataRow("model.decoder.num_key_value_heads", "77", "model.decoder.num_key_value_heads")]
    [DataRow("model.decoder.num_hidden_layers", "1", "model.decoder.num_hidden_layers")]
    [DataRow("model.decoder.num_hidden_layers", "40", "model.decoder.num_hidden_layers")]
    [DataRow("model.decoder.inputs.input_ids", "\"ids\"", "model.decoder.inputs.input_ids")]
    [DataRow("model.decoder.inputs.attention_mask", "\"mask\"", "model.decoder.inputs.attention_mask")]
    [DataRow("model.decoder.inputs.past_key_names", "\"old.%d\"", "model.decoder.inputs.past_key_names")]
    [DataRow("model.decoder.outputs.present_value_names", "\"new\"", "model.decoder.outputs.present_value_names")]
    [DataRow("model.decoder.outputs.logits", "\"scores\"", "model.decoder.outputs.logits")]
    [DataRow("model.decoder.outputs.logits", "7", "model.decoder.outputs.logits")]
    [DataRow("search.num_return_sequences", "1e9", "search.num_return_sequences")]
    public void AFieldThatCannotBe_IsNamedWithItsFolder(string place, string value, string named)
    {
        var folder = Folder(place, value);
        Refusal.Of(() => SteerableModel.Load(folder).Dispose(), folder, named);
        Refusal.Of(() => ForwardPass.Load(folder).Dispose(), folder, named);
    }

    [TestMethod]
    public void AnOptionOfTooManyThreads_IsRefused() =>
        Refusal.Of(() => SteerableModel.Load(SandboxModel.Folder(), new SteerableModelOptions { Threads = 100_000 }).Dispose(), "100000", "1024");

    [TestMethod]
    public void AnEmptyGraph_IsNamed()
    {
        var folder = Folder("model.decoder.filename", "\"empty.onnx\"");
        File.WriteAllBytes(Path.Combine(folder, "empty.onnx"), []);
        Refusal.Of(() => SteerableModel.Load(folder).Dispose(), "empty.onnx", "steer import");
    }

    /// <summary>Whatever one field says, the folder decodes or is refused in a sentence.</summary>
    [TestMethod]
    [Timeout(300_000)]
    public async Task RandomDamage_IsHarmlessOrRefused()
    {
        var folder = Folder("search.top_k", "50");
        var path = Path.Combine(folder, GenAiConfig.FileName);
        var original = File.ReadAllText(path);
        var (refused, harmless) = (0, 0);
        for (var seed = 0; seed < Damages; seed++)
        {
            var damaged = JsonDamage.Of(original, seed);
            await File.WriteAllTextAsync(path, damaged);
            try
            {
                await RunAsync(folder, seed % 3);
                harmless++;
            }
            catch (SteeringException refusal)
            {
                Assert.Contains(folder, refusal.Message, $"damage {seed}: {refusal.Message}");
                refused++;
            }
            catch (Exception failure)
            {
                Assert.Fail($"damage {seed} ends in {failure.GetType().Name}: {failure.Message}\n{damaged}");
            }
        }

        Assert.IsGreaterThan(Damages / 4, refused, $"{refused} refused, {harmless} harmless");
        Assert.IsGreaterThan(Damages / 10, harmless, $"{refused} refused, {harmless} harmless");
    }

    /// <summary>One of the three ways to run a folder.</summary>
    private static async Task RunAsync(string folder, int way)
    {
        if (way == 0)
        {
            using var pass = ForwardPass.Load(folder, new SteerableModelOptions { VerifyWeights = false, Threads = 1 });
            _ = pass.Run(Prompt);
            return;
        }

        using var model = SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false, Threads = 1 });
        if (way == 1)
        {
            using var generation = model.Start(new DecodeRequest { PromptIds = Prompt, MaxTokens = 4, MinTokens = 2 });
            while (generation.MoveNext())
            {
                _ = generation.ReadLogits();
            }

            return;
        }

        using var batch = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = 2, MaxTokens = 64 });
        _ = await batch.CompleteAsync(new DecodeRequest { PromptIds = Prompt, MaxTokens = 4 });
    }

    /// <summary>The sandbox's model folder with one field set.</summary>
    private static string Folder(string place, string value)
    {
        var folder = TinyModel.NewFolder();
        foreach (var file in Directory.GetFiles(SandboxModel.Folder()))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, GenAiConfig.FileName);
        var root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var parts = place.Split('.');
        var (parent, depth) = (root, 0);

        // Session options have dots in their names.
        for (; depth < parts.Length - 1 && parent[parts[depth]] is JsonObject next; depth++)
        {
            parent = next;
        }

        parent[string.Join('.', parts[depth..])] = JsonNode.Parse(value);
        File.WriteAllText(path, root.ToJsonString());
        return folder;
    }
}
