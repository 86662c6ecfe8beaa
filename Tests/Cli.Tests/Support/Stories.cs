using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steering.Tests.Cli.Support;

/// <summary>The small real model, imported once a test run with sockets after both of its blocks.</summary>
[TestClass]
public static class Stories
{
    public const string Name = "tinystories-656k";

    /// <summary>Folder of what the tests of this run make once.</summary>
    internal static readonly string Root = Directory.CreateTempSubdirectory("steering-cli-").FullName;
    private static readonly Lazy<string> Imported = new(Import);
    private static readonly Lazy<string> Named = new(NameTheHook);
    private static readonly Lazy<string> Templated = new(AddATemplate);

    /// <summary>The socketed model folder.</summary>
    public static string Folder => Imported.Value;

    /// <summary>The same model with a chat template that writes the messages one after the other.</summary>
    public static string WithTemplate => Templated.Value;

    /// <summary>The checkpoint.</summary>
    public static string Checkpoint => OracleFolder.RequireModel(Name);

    /// <summary>A TopK SAE of block 0, whose configuration does not say so.</summary>
    public static string TopKWithoutSite => OracleFolder.Require("saes", "topk");

    /// <summary>The same SAE, whose configuration names its hook point.</summary>
    public static string TopK => Named.Value;

    /// <summary>The greedy continuations of the oracle.</summary>
    public static IReadOnlyList<JsonElement> Greedy => Lines("greedy.jsonl");

    /// <summary>The lines of a file of the oracle.</summary>
    public static IReadOnlyList<JsonElement> Lines(string file) =>
        [.. File.ReadLines(OracleFolder.Require(Name, file)).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The numbers of a JSON array, separated by commas.</summary>
    public static string Csv(JsonElement array) => string.Join(',', Ints(array));

    /// <summary>The numbers of a JSON array.</summary>
    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>The numbers of a JSON array.</summary>
    public static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetSingle())];

    /// <summary>A number as it is written on a command line.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [AssemblyCleanup]
    public static void RemoveFolder() => Directory.Delete(Root, recursive: true);

    private static string Import()
    {
        var folder = Path.Combine(Root, Name);
        var run = CliRun.Of("import", Checkpoint, folder, "--sites", "all").GetAwaiter().GetResult();
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return folder;
    }

    private static string AddATemplate()
    {
        var folder = Path.Combine(Root, "templated");
        var run = CliRun.Of("import", Checkpoint, folder, "--sites", "all").GetAwaiter().GetResult();
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var path = Path.Combine(folder, "tokenizer_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["chat_template"] = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
        File.WriteAllText(path, config.ToJsonString());
        return folder;
    }

    private static string NameTheHook()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "topk")).FullName;
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(TopKWithoutSite, "cfg.json")))!;
        config["metadata"]!["hook_name"] = "blocks.0.hook_resid_post";
        File.WriteAllText(Path.Combine(folder, "cfg.json"), config.ToJsonString());
        foreach (var file in (string[])["sae_weights.safetensors", "oracle.safetensors"])
        {
            File.Copy(Path.Combine(TopKWithoutSite, file), Path.Combine(folder, file));
        }

        return folder;
    }
}
